/**
 * Random augmentation as Keras's `ImageDataGenerator` does it, with the same options.
 *
 * Drawing is apart from applying: `getRandomTransform` takes random numbers and gives the fixed
 * parameters of one augmentation, `applyTransform` is a pure function of image and parameters, and
 * `flow` puts them together over an image set.
 *
 * Pixels are in 0..255 units everywhere until `rescale` (default 1/255) brings them to [0, 1] at the
 * very end of `flow`; brightness, channel shift and `cval` are meant in these units.
 */
import { check, checkNumber, checkOptions, describe } from "../checks.ts";
import type { ImageSet, ImageShape } from "../dataset/image-set.ts";
import type { Rng } from "../random/rng.ts";
import { drawTransform } from "./draw-transform.ts";
import type { Flow } from "./flow.ts";
import { GeneratorFlow } from "./generator-flow.ts";
import {
  resolveGeneratorOptions,
  type GeneratorSettings,
  type ImageDataGeneratorOptions,
} from "./generator-options.ts";
import { checkSet, resolveSetFlow, type SetFlowOptions } from "./set-flow.ts";
import { TransformPipeline } from "./transform-pipeline.ts";
import { IDENTITY_TRANSFORM, type Transform } from "./transform.ts";

/** Options of `ImageDataGenerator.flow`. */
export type GeneratorFlowOptions = SetFlowOptions;

/** Draws, applies and streams random image transforms. */
export class ImageDataGenerator {
  readonly #settings: GeneratorSettings;

  /** @throws {ArgumentError} for an unknown option, or one of the wrong type or out of range. */
  constructor(options: ImageDataGeneratorOptions = {}) {
    this.#settings = resolveGeneratorOptions(options);
  }

  /**
   * Computes what data-dependent options need from the images. None of the present options depends
   * on the data, so this changes nothing; it is here because Keras notebooks call it.
   * @throws {ArgumentError} if the set is empty.
   */
  fit(set: ImageSet): void {
    checkSet("ImageDataGenerator.fit", set);
  }

  /**
   * Draws the parameters of one augmentation.
   * @param shape of the image: shifts given as fractions are turned into pixels of it.
   * @param rng where the numbers come from, e.g. `randomStream(seed, "augment", epoch, image)`.
   */
  getRandomTransform(shape: ImageShape, rng: Rng): Transform {
    const subject = "ImageDataGenerator.getRandomTransform";
    checkShape(subject, shape);
    check(
      typeof (rng as Partial<Rng> | undefined)?.uniform === "function",
      subject,
      "a source of random numbers",
      describe(rng),
      "pass randomStream(seed, purpose, ...indices)",
    );
    return drawTransform(this.#settings, shape, rng);
  }

  /**
   * One image transformed; neither rescaled nor standardised.
   * @param image float32 pixels in 0..255, NHWC order; not modified.
   * @param shape of the image.
   * @param transform parameters to apply; those left out change nothing.
   * @returns float32 pixels in 0..255, same shape.
   * @throws {ArgumentError} if the image does not have that shape or holds a value that is not a
   * finite number, or if brightness is to be changed and the pixels are plainly not in 0..255.
   */
  applyTransform(
    image: Float32Array,
    shape: ImageShape,
    transform: Partial<Transform>,
  ): Float32Array {
    const subject = "ImageDataGenerator.applyTransform";
    checkShape(subject, shape);
    checkImage(subject, image, shape);
    checkTransform(subject, transform);
    if (transform.brightness !== undefined) checkBrightness(subject, image, shape);
    const out = new Float32Array(image.length);
    const pipeline = new TransformPipeline(shape, { ...this.#settings, rescale: 1 });
    pipeline.apply(image, 0, { ...IDENTITY_TRANSFORM, ...transform }, out, 0);
    return out;
  }

  /**
   * Batches of randomly transformed images, ready for the model: see {@link Flow}. Image i of epoch
   * e is transformed by numbers drawn from the stream at (seed, "augment", e, i), so it comes out
   * the same whatever the batch size and the order.
   * @throws {ArgumentError} if the set is empty or an option is not as it should be.
   */
  flow(set: ImageSet, options: GeneratorFlowOptions = {}): Flow {
    const subject = "ImageDataGenerator.flow";
    checkOptions(subject, options, ["batchSize", "shuffle", "seed"]);
    const settings = resolveSetFlow(subject, set, options);
    if (this.#settings.brightnessRange) checkBrightnessChannels(subject, set.imageShape);
    return new GeneratorFlow(set, this.#settings, settings);
  }
}

function checkShape(subject: string, shape: unknown): asserts shape is ImageShape {
  check(
    Array.isArray(shape) &&
      shape.length === 3 &&
      shape.every((size: unknown) => Number.isInteger(size) && (size as number) > 0),
    subject,
    "shape to be [height, width, channels], whole numbers above 0",
    describe(shape),
    "pass e.g. [32, 32, 3]",
  );
}

function checkImage(subject: string, image: unknown, shape: ImageShape): void {
  const size = shape[0] * shape[1] * shape[2];
  check(
    image instanceof Float32Array && image.length === size,
    subject,
    `a Float32Array of ${size} pixels for a ${shape.join(" x ")} image`,
    describe(image),
    "pass one image; Float32Array.from(bytes) converts a byte image",
  );
  const stray = image.findIndex((value) => !Number.isFinite(value));
  check(
    stray === -1,
    subject,
    "every pixel to be a finite number",
    `${image[stray]} at index ${stray}`,
    "find out where it comes from: it would spread to its neighbours and into the loss",
  );
}

const TRANSFORM_NUMBERS = [
  "theta",
  "tx",
  "ty",
  "shear",
  "zx",
  "zy",
  "channelShiftIntensity",
  "brightness",
] as const;

function checkTransform(subject: string, transform: Partial<Transform>): void {
  checkOptions(subject, transform, [...TRANSFORM_NUMBERS, "flipHorizontal", "flipVertical"]);
  for (const name of TRANSFORM_NUMBERS) {
    if (transform[name] !== undefined) checkNumber(subject, name, transform[name]);
  }
}

/** Brightness cuts to whole numbers: on an image scaled to [0, 1] hardly anything would be left. */
function checkBrightness(subject: string, image: Float32Array, shape: ImageShape): void {
  checkBrightnessChannels(subject, shape);
  const unitRange = image.every((value) => value >= 0 && value <= 1);
  check(
    !unitRange || image.every((value) => Number.isInteger(value)),
    subject,
    "pixels in 0..255 for a change of brightness",
    "pixels in [0, 1]",
    "multiply them by 255 first",
  );
}

function checkBrightnessChannels(subject: string, [, , channels]: ImageShape): void {
  check(
    channels === 1 || channels === 3 || channels === 4,
    subject,
    "images with 1, 3 or 4 channels for a change of brightness",
    `${channels} channels`,
    "leave brightness out",
  );
}
