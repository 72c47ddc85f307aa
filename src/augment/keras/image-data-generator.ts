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
import { bytesOf } from "../../bytes/bytes.ts";
import { BRAND, isInstance } from "../../brand.ts";
import { fromBase64, toBase64 } from "../../bytes/base64.ts";
import { check, checkOneOf, describe } from "../../checks.ts";
import {
  boolean,
  func,
  integer,
  oneOf,
  readOptions,
  seed as anySeed,
  text,
} from "../../options.ts";
import { type Augmenter, type AugmenterJSON, describedBy } from "../augmenter.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { checkImageSet } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { INSPECT } from "../../runtime/inspect.ts";
import { NumpyRng } from "../../random/numpy.ts";
import type { Rng } from "../../random/rng.ts";
import { randomStream } from "../../random/stream.ts";
import { checkImageShape } from "../../dataset/image-shape.ts";
import { checkedImage } from "./check-image.ts";
import { checkBrightness, checkBrightnessChannels, readTransform } from "./check-transform.ts";
import { drawTransform } from "./draw-transform.ts";
import { computeStatistics, type FeatureStatistics } from "./feature-statistics.ts";
import type { Flow } from "../flow.ts";
import { checkNumpySeed, KeyedFlowRandom, NumpyFlowRandom } from "../flow-random.ts";
import { GeneratorFlow } from "./generator-flow.ts";
import {
  type GeneratorSettings,
  type ImageDataGeneratorOptions,
  readGeneratorOptions,
} from "./generator-options.ts";
import { takeSubset, type Subset } from "./generator-subset.ts";
import type { SaveFunction } from "./saved-image.ts";
import { type SetFlowOptions, setFlowOptions } from "../flow-options.ts";
import { Standardizer } from "./standardizer.ts";
import { TransformPipeline } from "./transform-pipeline.ts";
import { IDENTITY_TRANSFORM, type Transform } from "./transform.ts";

/** Options of `ImageDataGenerator.flow`. */
export interface GeneratorFlowOptions extends SetFlowOptions {
  /** Only this part of the set, see `validationSplit`. Default: all of it. */
  readonly subset?: Subset;
  /** Accept a cut after which a class is in one part only. Default false. */
  readonly ignoreClassSplit?: boolean;
  /** Called with every augmented image, batch by batch, e.g. to write it to a folder. Default none. */
  readonly save?: SaveFunction;
  /** What the file names for `save` begin with. Default "". */
  readonly savePrefix?: string;
}

/** What no statistics need, and a slip of the pen may ask for. */
const MAX_ROUNDS = 10_000;

/** Options of `ImageDataGenerator.fit`. */
export interface GeneratorFitOptions {
  /** Learn from randomly transformed images instead of the images themselves. Default false. */
  readonly augment?: boolean;
  /** With `augment`, how often to go through the set, up to 10,000 times. Default 1. */
  readonly rounds?: number;
  /** With `augment`, the seed of the transforms. Default 0. */
  readonly seed?: number;
}

/** Draws, applies and streams random image transforms. */
export class ImageDataGenerator implements Augmenter {
  readonly #settings: GeneratorSettings;
  #statistics: FeatureStatistics | undefined;

  /** @throws {ArgumentError} for an unknown option, or one of the wrong type or out of range. */
  constructor(options: ImageDataGeneratorOptions = {}) {
    this.#settings = readGeneratorOptions(options);
  }

  /** @internal So that `instanceof` also knows the generators of another copy of the package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this.prototype, value);
  }

  /** @internal */
  get [BRAND](): string {
    return "ImageDataGenerator";
  }

  /** @internal The options that differ from the defaults. */
  [INSPECT](): string {
    const usual: Readonly<Record<string, unknown>> = { ...readGeneratorOptions({}) };
    const given = Object.entries(this.#settings)
      .map(([name, value]) => ({ name, text: describe(value) }))
      .filter(({ name, text }) => text !== describe(usual[name]))
      .map(({ name, text }) => `${name}: ${text}`);
    return `ImageDataGenerator(${given.join(", ")})`;
  }

  /**
   * Options and what was learned, as plain JSON.
   * @throws {ArgumentError} with a `preprocessingFunction`, which JSON cannot hold.
   */
  toJSON(): AugmenterJSON {
    const { preprocessingFunction, ...options } = this.#settings;
    if (preprocessingFunction) describedBy("preprocessingFunction", {});
    const statistics = this.#statistics && packed(this.#statistics);
    // The settings are options, too, with every default filled in.
    return { kind: "ImageDataGenerator", options, ...(statistics && { statistics }) };
  }

  /**
   * The generator of which `toJSON` was called, once more.
   * @throws {ArgumentError} if the JSON is of another kind, or an option is not as it should be.
   */
  static fromJSON({ kind, options, statistics }: AugmenterJSON): ImageDataGenerator {
    checkOneOf("ImageDataGenerator.fromJSON", "kind", kind, ["ImageDataGenerator"]);
    const generator = new ImageDataGenerator(options);
    generator.#statistics = statistics && unpacked(statistics);
    return generator;
  }

  /** Mean of every channel in the set given to `fit`, after `rescale`; if centred featurewise. */
  get mean(): Float32Array | undefined {
    return this.#statistics?.mean;
  }

  /** Standard deviation of every channel, likewise; if normalised featurewise. */
  get std(): Float32Array | undefined {
    return this.#statistics?.std;
  }

  /** The whitening map, d x d for images of d values; with `zcaWhitening`. */
  get zcaWhiteningMatrix(): Float32Array | undefined {
    return this.#statistics?.zcaMatrix;
  }

  /**
   * Learns what the featurewise options and `zcaWhitening` need from the images, in the units that
   * `rescale` gives; without those options there is nothing to learn. As in Keras the
   * `preprocessingFunction` is left out here. Flows made before keep what they were made with.
   * @throws {ArgumentError} if the set is empty or an option is not as it should be.
   */
  fit(set: ImageSet, options: GeneratorFitOptions = {}): void {
    const subject = "ImageDataGenerator.fit";
    const { augment, rounds, seed } = readOptions(subject, options, {
      augment: boolean({ default: false }),
      rounds: integer({ min: 1, max: MAX_ROUNDS, default: 1 }),
      seed: anySeed(),
    });
    checkImageSet(subject, set);
    const numpy = this.#settings.randomStream === "numpy";
    if (numpy) checkNumpySeed(subject, seed);
    const { imageShape, imageSize, images } = set;
    const count = augment ? rounds * set.length : set.length;
    const pipeline = new TransformPipeline(imageShape, this.#settings);
    const pixels = new Float32Array(imageSize);
    this.#statistics = computeStatistics(
      (visit) => {
        const shared = numpy ? new NumpyRng(seed) : undefined;
        for (let i = 0; i < count; i++) {
          const rng = shared ?? randomStream(seed, "fit", i);
          const transform = augment
            ? drawTransform(this.#settings, imageShape, rng)
            : IDENTITY_TRANSFORM;
          const from = (i % set.length) * imageSize;
          pipeline.apply(images, from, transform, pixels, 0, this.#settings.rescale);
          visit(pixels, i);
        }
      },
      count,
      imageShape,
      this.#settings,
    );
  }

  /**
   * Draws the parameters of one augmentation.
   * @param shape of the image: shifts given as fractions are turned into pixels of it.
   * @param rng where the numbers come from, e.g. `randomStream(seed, "augment", epoch, image)`.
   */
  getRandomTransform(shape: ImageShape, rng: Rng): Transform {
    const subject = "ImageDataGenerator.getRandomTransform";
    checkImageShape(subject, shape, "shape");
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
   * @param image pixels in 0..255, floats or bytes, NHWC order; not modified.
   * @param shape of the image.
   * @param transform parameters to apply; those left out change nothing.
   * @returns float32 pixels in 0..255, same shape.
   * @throws {ArgumentError} if the image does not have that shape or holds a value that is not a
   * finite number, or if brightness is to be changed and the pixels are plainly not in 0..255.
   */
  applyTransform(
    image: Float32Array | Bytes,
    shape: ImageShape,
    transform: Partial<Transform>,
  ): Float32Array {
    const subject = "ImageDataGenerator.applyTransform";
    checkImageShape(subject, shape, "shape");
    const pixels = checkedImage(subject, image, shape);
    const whole = readTransform(subject, transform);
    if (whole.brightness !== undefined) checkBrightness(subject, pixels, shape);
    const out = new Float32Array(pixels.length);
    new TransformPipeline(shape, this.#settings).apply(pixels, 0, whole, out, 0, 1);
    return out;
  }

  /** One image transformed at random: `getRandomTransform` and `applyTransform` in one. */
  randomTransform(image: Float32Array | Bytes, shape: ImageShape, rng: Rng): Float32Array {
    return this.applyTransform(image, shape, this.getRandomTransform(shape, rng));
  }

  /**
   * One image standardised: what `flow` does after the transform, in this order: preprocessing
   * function, `rescale`, samplewise and featurewise mean and deviation, whitening. For images that
   * the model sees without augmentation, such as those to predict.
   * @param image pixels in 0..255, floats or bytes, NHWC order; not modified.
   * @throws {ArgumentError} if the image does not have that shape or holds a value that is not a
   * finite number, or if `fit` is still to be called.
   */
  standardize(image: Float32Array | Bytes, shape: ImageShape): Float32Array {
    const subject = "ImageDataGenerator.standardize";
    checkImageShape(subject, shape, "shape");
    const out = checkedImage(subject, image, shape).slice();
    new Standardizer(shape, this.#settings, this.#fittedTo(subject, shape)).apply(out, 0);
    return out;
  }

  /**
   * Batches of randomly transformed images, ready for the model: see {@link Flow}. Image i of epoch
   * e is transformed by numbers drawn from the stream at (seed, "augment", e, i), so it comes out
   * the same whatever the batch size and the order. With `randomStream: "numpy"` it depends on the
   * batch instead, as in Keras, where each batch seeds anew with the seed plus its number.
   * @throws {ArgumentError} if the set is empty, an option is not as it should be, or `fit` is still
   * to be called.
   */
  flow(set: ImageSet, options: GeneratorFlowOptions = {}): Flow {
    const subject = "ImageDataGenerator.flow";
    const { subset, ignoreClassSplit, save, savePrefix, ...order } = readOptions(subject, options, {
      ...setFlowOptions(),
      subset: oneOf(["training", "validation"], { optional: true }),
      ignoreClassSplit: boolean({ default: false }),
      save: func<SaveFunction, { optional: true }>("pass ({ fileName, bytes, shape }) => ...", {
        optional: true,
      }),
      savePrefix: text({ default: "" }),
    });
    checkImageSet(subject, set);
    const { brightnessRange, validationSplit, randomStream: kind } = this.#settings;
    if (brightnessRange) checkBrightnessChannels(subject, set.imageShape);
    const statistics = this.#fittedTo(subject, set.imageShape);
    const part =
      subset === undefined
        ? set
        : takeSubset(subject, set, subset, validationSplit, ignoreClassSplit);
    const Random = kind === "numpy" ? NumpyFlowRandom : KeyedFlowRandom;
    return new GeneratorFlow(part, {
      settings: this.#settings,
      statistics,
      batchSize: order.batchSize,
      random: new Random(part.length, order),
      save,
      savePrefix,
    });
  }

  /** What `fit` has learned, if the options need it and it is for images of this shape. */
  #fittedTo(subject: string, shape: ImageShape): FeatureStatistics {
    if (!this.#settings.featurewiseCenter) return {};
    check(
      this.#statistics !== undefined,
      subject,
      "a generator that has been fitted, for featurewise options and whitening",
      "one that has not",
      "call fit(set) first, with the training images",
    );
    const { mean, zcaMatrix } = this.#statistics;
    const size = shape[0] * shape[1] * shape[2];
    check(
      mean?.length === shape[2] && (!zcaMatrix || zcaMatrix.length === size * size),
      subject,
      "images like those that the generator was fitted to",
      `images of ${shape.join(" x ")}`,
      "fit it to images of this shape",
    );
    return this.#statistics;
  }
}

/** What `fit` has learned, as texts. */
function packed(statistics: FeatureStatistics): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(statistics as Readonly<Record<string, Float32Array>>).map(([name, values]) => [
      name,
      toBase64(bytesOf(values)),
    ]),
  );
}

function unpacked(texts: Readonly<Record<string, string>>): FeatureStatistics {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, new Float32Array(fromBase64(text).buffer)]),
  );
}
