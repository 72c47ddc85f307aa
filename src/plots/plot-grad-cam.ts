import { check, describe } from "../checks.ts";
import { convertChannels } from "../dataset/channels.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { resampleFloats } from "../dataset/resample-floats.ts";
import { integer, readOptions, text } from "../options.ts";
import { checkDrawable, imageGrid, MAX_IMAGES, type Tile } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** Maps to draw, such as `gradCam` and `saliency` give. */
export interface HeatMapsToPlot {
  /** Row-major `[n, height, width]`, from 0 to 1. */
  readonly maps: ArrayLike<number>;
  /** Number of maps, and their height and width. */
  readonly shape: readonly [n: number, height: number, width: number];
  /** Of each image the class that its map is of; without them the set's own labels are named. */
  readonly labels?: ArrayLike<number>;
  /** Names of the classes; default the set's. */
  readonly classNames?: readonly string[] | undefined;
}

/** Options of {@link plotGradCam}. */
export interface PlotGradCamOptions {
  /** How many images to show, 1 to 200; default the first 10. */
  readonly count?: number;
  /** Pairs in a row; by default as suits the number of images. */
  readonly columns?: number;
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotGradCam";
/** Pixels that the shorter side of an image is enlarged to, so that a map lies smoothly over it. */
const LEAST_SIDE = 96;
/** From cold to hot, perceptually even: stops of matplotlib's "inferno". */
const HEAT = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
];
/** How much of a colour lies over the image. */
const OPACITY = 0.6;

/**
 * Each image beside the same one with its map over it, from dark (0) to bright (1); below them the class that the
 * map is of.
 * @param set the images that the maps are of, in this order; not modified.
 * @param heat what `gradCam` or `saliency` gave.
 * @throws {ArgumentError} if there are not as many maps as images, or an option is unknown or out of its range.
 */
export function plotGradCam(
  set: ImageSet,
  heat: HeatMapsToPlot,
  options: PlotGradCamOptions = {},
): VegaLiteSpec {
  checkDrawable(SUBJECT, set);
  const { count, columns, title } = readOptions(SUBJECT, options, {
    count: integer({ min: 1, max: MAX_IMAGES / 2, default: 10 }),
    columns: integer({ min: 1, max: MAX_IMAGES / 2, optional: true }),
    title: text({ optional: true }),
  });
  const [n, rows, width] = heat.shape ?? [];
  check(
    n === set.length && heat.maps.length === n * rows * width,
    SUBJECT,
    `a map for each of the ${set.length} images`,
    `maps of shape ${describe(heat.shape)}`,
    "pass what gradCam gave for this very set",
  );
  const [side, otherSide] = set.imageShape;
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / Math.min(side, otherSide)));
  const size = [side * factor, otherSide * factor] as const;
  const shown = Math.min(count, n);
  const maps = Float32Array.from({ length: shown * rows * width }, (_, i) => heat.maps[i]);
  const smooth = resampleFloats(maps, [shown, rows, width, 1], size);
  const names = heat.classNames ?? set.classNames;
  const tiles = Array.from({ length: shown }, (_, i): Tile => {
    const label = (heat.labels ?? set.labels)[i];
    const map = smooth.subarray(i * size[0] * size[1]);
    return { pixels: pairOf(set, i, factor, map), caption: [names[label] ?? String(label)] };
  });
  const shape = [size[0], 2 * size[1], 3] as const;
  const layout = {
    columns: columns ?? Math.ceil(Math.sqrt(shown)),
    imageSize: 2 * LEAST_SIDE,
    title,
  };
  return imageGrid(`Heat maps: ${title ?? `${shown} images`}`, tiles, shape, layout);
}

/** RGB pixels of an image, enlarged, beside the same with a map of that size over it. */
function pairOf(set: ImageSet, index: number, factor: number, map: Float32Array): Uint8Array {
  const [rows, columns, channels] = set.imageShape;
  const rgb = convertChannels(set.image(index), channels, 3);
  const [height, width] = [rows * factor, columns * factor];
  const pixels = new Uint8Array(height * 2 * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / factor) * columns + Math.floor(x / factor)) * 3;
      const to = (y * 2 * width + x) * 3;
      const color = heatOf(map[y * width + x]);
      for (let channel = 0; channel < 3; channel++) {
        const value = rgb[from + channel];
        pixels[to + channel] = value;
        pixels[to + width * 3 + channel] = Math.round(value + OPACITY * (color[channel] - value));
      }
    }
  }
  return pixels;
}

/** The colour of a value from 0 to 1. */
function heatOf(value: number): number[] {
  const at = Math.min(Math.max(value, 0), 1) * (HEAT.length - 1);
  const stop = Math.min(Math.floor(at), HEAT.length - 2);
  return HEAT[stop].map((channel, i) => channel + (at - stop) * (HEAT[stop + 1][i] - channel));
}
