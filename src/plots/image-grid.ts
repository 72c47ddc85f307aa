import { check } from "../checks.ts";
import { checkImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { ImageShape } from "../dataset/image-shape.ts";
import { imageUrl } from "./image-url.ts";
import type { JsonValue, VegaLiteSpec } from "./spec.ts";
import { createSpec, INK, titleAbove } from "./spec.ts";
import { ellipsize, widest } from "./text-width.ts";

/** Most images in one picture; more could not be told apart, and the file would grow large. */
export const MAX_IMAGES = 400;

/** One image of a grid and what is said about it. */
export interface Tile {
  readonly pixels: Uint8Array;
  /** Lines of text below the image. */
  readonly caption: readonly string[];
  readonly captionColor?: string;
  /** Colour of a thick frame around the image; none by default. */
  readonly frame?: string;
}

/** How a grid is laid out, in pixels. */
interface GridLayout {
  /** By default 5 to 10, as suits the number of images. */
  readonly columns: number | undefined;
  /** What the longest side of an image should measure. */
  readonly imageSize?: number;
  readonly fontSize?: number;
  readonly title?: string;
}

const MARGIN = 12;
const GAP = 12;
const FRAME = 3;

/** Images in rows, each with its caption centred below it. */
export function imageGrid(
  description: string,
  tiles: readonly Tile[],
  shape: ImageShape,
  { columns = defaultColumns(tiles.length), imageSize = 96, fontSize = 12, title }: GridLayout,
): VegaLiteSpec {
  const [width, height] = drawnSize(shape, imageSize);
  const lineHeight = Math.round(fontSize * 1.3);
  const lines = Math.max(...tiles.map(({ caption }) => caption.length));
  // A caption may make its column wider than the image, up to a limit.
  const captionWidth = widest(
    tiles.flatMap(({ caption }) => caption),
    fontSize,
  );
  const cellWidth = Math.ceil(Math.min(Math.max(width, captionWidth), Math.max(width, 96) * 1.5));
  const cellHeight = height + (lines > 0 ? 4 + lines * lineHeight : 0);
  const rows = Math.ceil(tiles.length / columns);
  const values = tiles.map(({ pixels, caption, captionColor = INK, frame = "none" }, i) => ({
    x: (i % columns) * (cellWidth + GAP) + cellWidth / 2,
    y: Math.floor(i / columns) * (cellHeight + GAP) + height / 2,
    url: imageUrl(pixels, shape),
    caption: caption.map((line) => ellipsize(line, fontSize, cellWidth)),
    captionColor,
    frame,
  }));
  const at = (field: string): JsonValue => ({ field, type: "quantitative", scale: null });
  const named = (field: string): JsonValue => ({ field, type: "nominal", scale: null });
  const border = (strokeWidth: number): JsonValue => ({
    type: "rect",
    filled: false,
    width: width + strokeWidth,
    height: height + strokeWidth,
    strokeWidth,
  });
  const layer: JsonValue[] = [
    {
      // Blocks of pixels, not a blur, unless the image is shown smaller than it is.
      mark: { type: "image", width, height, smooth: Math.max(shape[0], shape[1]) > imageSize },
      encoding: { url: named("url") },
    },
    // A hairline, so that a white image ends somewhere.
    { mark: border(1), encoding: { stroke: { value: "#d0d0d0" } } },
    {
      mark: { type: "text", fontSize, lineHeight, baseline: "top", dy: height / 2 + 5 },
      encoding: { text: { field: "caption" }, color: named("captionColor") },
    },
  ];
  if (tiles.some(({ frame }) => frame !== undefined)) {
    layer.push({
      transform: [{ filter: "datum.frame !== 'none'" }],
      mark: border(FRAME),
      encoding: { stroke: named("frame") },
    });
  }
  const top = MARGIN + (title === undefined ? 0 : 32);
  return createSpec(
    description,
    { top, right: MARGIN, bottom: MARGIN, left: MARGIN },
    {
      title: titleAbove(title),
      width: Math.min(columns, tiles.length) * (cellWidth + GAP) - GAP,
      height: rows * (cellHeight + GAP) - GAP,
      data: { values },
      encoding: { x: at("x"), y: at("y") },
      layer,
    },
  );
}

/** Throws unless the set has images, and of a kind that a picture can show. */
export function checkDrawable(subject: string, set: ImageSet): void {
  checkImageSet(subject, set);
  const channels = set.imageShape[2];
  check(
    channels <= 4,
    subject,
    "images of 1 to 4 channels (grey, grey and alpha, RGB, RGB and alpha)",
    `${channels} channels`,
    "choose the channels to show",
  );
}

/** Columns that make a grid wider than it is high, with full rows if possible: 5 for 10 images. */
function defaultColumns(count: number): number {
  const most = Math.min(10, Math.max(5, Math.ceil(Math.sqrt(count * 1.6))));
  const rows = Math.ceil(count / most);
  return Math.ceil(count / rows);
}

/** Width and height at which an image is drawn: whole multiples of small images keep pixels square. */
function drawnSize([height, width]: ImageShape, size: number): [number, number] {
  const longest = Math.max(width, height);
  const factor = longest <= size ? Math.round(size / longest) : size / longest;
  return [Math.round(width * factor), Math.round(height * factor)];
}
