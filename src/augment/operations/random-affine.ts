import { made } from "../made.ts";
import { readOptions } from "../../options.ts";
import { drawTransform } from "../keras/draw-transform.ts";
import { type ImageDataGeneratorOptions, transformOptions } from "../keras/generator-options.ts";
import { TransformPipeline } from "../keras/transform-pipeline.ts";
import type { Transform } from "../keras/transform.ts";
import type { Augmentation } from "./augmentation.ts";

/** The options of `ImageDataGenerator` that make up its random transform. */
export type RandomAffineOptions = Pick<
  ImageDataGeneratorOptions,
  | "rotationRange"
  | "widthShiftRange"
  | "heightShiftRange"
  | "shearRange"
  | "zoomRange"
  | "horizontalFlip"
  | "verticalFlip"
  | "fillMode"
  | "cval"
  | "interpolationOrder"
  | "axisOrder"
>;

/**
 * The random rotation, shift, shear, zoom and flips of `ImageDataGenerator` as a link in a chain of
 * augmentations; there, unlike in the generator's own flow, pixels are rounded to whole numbers.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function randomAffine(options: RandomAffineOptions): Augmentation<Transform> {
  const settings = readOptions("randomAffine", options, transformOptions());
  const ranges = { ...settings, channelShiftRange: 0, brightnessRange: undefined };
  return made("augmentation", {
    toJSON: () => ({ kind: "randomAffine", options: settings }),
    draw: ({ shape, rng }) => drawTransform(ranges, shape, rng),
    apply(image, shape, transform) {
      const out = new Float32Array(image.length);
      new TransformPipeline(shape, settings).apply(image, 0, transform, out, 0, 1);
      return Uint8Array.from(Uint8ClampedArray.from(out));
    },
  });
}
