import { made } from "../made.ts";
import { checkInteger } from "../../checks.ts";
import { integer, number, oneOf, readOptions } from "../../options.ts";
import type { Augmentation } from "./augmentation.ts";

/**
 * What the rim around the image shows, in torchvision's words: one value, the edge pixel, the image
 * mirrored without repeating the edge pixel, or mirrored with it.
 */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** Options of {@link randomCrop}. */
export interface RandomCropOptions {
  /**
   * Pixels around the image, at least 1; for the two mirrors also below its height and width.
   * Default 4.
   */
  readonly padding?: number;
  /** Default `"reflect"`. */
  readonly paddingMode?: PaddingMode;
  /** For `"constant"`, 0..255. Default 0. */
  readonly fill?: number;
}

/** How far the crop lies below and to the right of the image, in pixels; may be negative. */
export interface CropParameters {
  /** Rows down; negative is up. */
  readonly down: number;
  /** Columns to the right; negative is left. */
  readonly right: number;
}

/**
 * Pads the image all around and cuts an image of the old size out of a random place: a shift by
 * whole pixels, up to `padding` in each direction, all of them equally likely.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function randomCrop(options: RandomCropOptions = {}): Augmentation<CropParameters> {
  const subject = "randomCrop";
  const settings = readOptions(subject, options, {
    padding: integer({ min: 1, max: 2 ** 31 - 1, default: 4 }),
    paddingMode: oneOf(["constant", "edge", "reflect", "symmetric"], { default: "reflect" }),
    fill: number({ min: 0, max: 255, default: 0 }),
  });
  const { padding, paddingMode, fill } = settings;
  return made("augmentation", {
    toJSON: () => ({ kind: "randomCrop", options: settings }),
    draw({ rng, shape: [height, width] }) {
      if (paddingMode !== "constant" && paddingMode !== "edge") {
        checkInteger(subject, "padding", padding, { max: Math.min(height, width) - 1 });
      }
      const draw = (): number => rng.integer(2 * padding + 1) - padding;
      return { down: draw(), right: draw() };
    },
    apply(image, [height, width, channels], { down, right }) {
      if (down === 0 && right === 0) return image;
      const out = new Uint8Array(image.length).fill(fill);
      for (let r = 0; r < height; r++) {
        const row = padIndex(r + down, height, paddingMode);
        if (row === undefined) continue;
        for (let c = 0; c < width; c++) {
          const column = padIndex(c + right, width, paddingMode);
          if (column === undefined) continue;
          const from = (row * width + column) * channels;
          const to = (r * width + c) * channels;
          for (let k = 0; k < channels; k++) out[to + k] = image[from + k];
        }
      }
      return out;
    },
  });
}

/** The pixel that stands at `index` of a padded line of `size`; none where it is filled. */
function padIndex(index: number, size: number, mode: PaddingMode): number | undefined {
  if (index >= 0 && index < size) return index;
  if (mode === "constant") return undefined;
  if (mode === "edge") return index < 0 ? 0 : size - 1;
  const repeat = mode === "symmetric" ? 1 : 0;
  return index < 0 ? -index - repeat : 2 * size - 2 - index + repeat;
}
