import { made } from "../made.ts";
import { integer, readOptions } from "../../options.ts";
import type { Augmentation } from "./augmentation.ts";
import { boxInside, fillColor, paintBox, type PixelBox, type FillColor } from "./box.ts";

/** Options of {@link cutout}. */
export interface CutoutOptions {
  /** Side of the square in pixels. Default 8. */
  readonly size?: number;
  /** Its colour; the mean of the set disturbs least. Default 0, black. */
  readonly fill?: FillColor;
}

/**
 * Paints over a square whose middle lies anywhere in the image, so that a part of it may lie outside
 * (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017).
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function cutout(options: CutoutOptions = {}): Augmentation<PixelBox> {
  const settings = readOptions("cutout", options, {
    size: integer({ min: 1, default: 8 }),
    fill: fillColor(),
  });
  const { size, fill } = settings;
  return made("augmentation", {
    toJSON: () => ({ kind: "cutout", options: settings }),
    draw({ rng, shape }) {
      const top = rng.integer(shape[0]) - Math.floor(size / 2);
      const left = rng.integer(shape[1]) - Math.floor(size / 2);
      return boxInside(top, left, size, size, shape);
    },
    apply: (image, shape, box) => paintBox(image, shape, box, fill),
  });
}
