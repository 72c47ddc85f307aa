import { attempt, check, checkInteger, describe, hasMethods } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { ImageShape } from "../dataset/image-shape.ts";
import { integer, readOptions, seed, text } from "../options.ts";
import type { Rng } from "../random/rng.ts";
import { randomStream } from "../random/stream.ts";
import { choose } from "./choose.ts";
import { checkDrawable, imageGrid, MAX_IMAGES, type Tile } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** What draws and applies random transforms; an `ImageDataGenerator` does. */
export interface ImageTransformer<T> {
  /** Draws what is to be done to an image of this shape. */
  getRandomTransform(shape: ImageShape, rng: Rng): T;
  /** Takes and gives pixels in 0..255, HWC order. */
  applyTransform(image: Float32Array, shape: ImageShape, transform: T): Float32Array;
}

/** A flow of single images in the order of their set, as `imageFlow` and `generator.flow` make it. */
export interface SingleImageFlow {
  /** Has to be 1. */
  readonly batchSize: number;
  /** Pixels in [0, 1], HWC order, of image `index` in an epoch. */
  batch(
    epoch: number,
    index: number,
  ): {
    /** The pixels of one image. */
    readonly xs: Float32Array;
    /** The index of its image in the set, as the only element. */
    readonly indices: ArrayLike<number>;
  };
}

/** What makes such a flow of a set: what `pipeline` gives does, or an augmenter of your own. */
export interface ImageAugmenter {
  /** Is asked for single images in the order of the set. */
  flow(
    set: ImageSet,
    options: {
      /** Always 1. */
      readonly batchSize: number;
      /** Always false. */
      readonly shuffle: boolean;
      /** That of the picture. */
      readonly seed: number;
    },
  ): SingleImageFlow;
}

/** Options of {@link plotAugmentations}. */
export interface PlotAugmentationsOptions {
  /** How many images to show, one a row; 3 by default. A smaller set is shown whole. */
  readonly count?: number;
  /** How many augmented forms to show of each; 6 by default. At most 400 pictures in all. */
  readonly variants?: number;
  /** Decides which images are chosen and how they are transformed; 0 by default. */
  readonly seed?: number;
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotAugmentations";

/**
 * Random images, one a row: as it is, then augmented. Form number e (from 0) of an image is what epoch e
 * of `augmentation.flow(set, { seed })` shows the model; of a generator, as far as drawing and applying a
 * transform go; of a flow it is epoch e itself.
 * @param set images with their labels; not modified.
 * @param augmentation an `ImageDataGenerator`, or anything with its two methods; what `pipeline` gives, or
 *   an augmenter of your own; or a flow of the set, made with `batchSize: 1` and `shuffle: false`, which
 *   has a seed of its own.
 * @throws {ArgumentError} if the set is empty, `augmentation` is none of these, an option is unknown or
 *   out of its range, or the images have more than 4 channels.
 */
export function plotAugmentations<T>(
  set: ImageSet,
  augmentation: ImageTransformer<T> | ImageAugmenter | SingleImageFlow,
  options: PlotAugmentationsOptions = {},
): VegaLiteSpec {
  checkDrawable(SUBJECT, set);
  const { count, variants, title, ...settings } = readOptions(SUBJECT, options, {
    count: integer({ min: 1, max: MAX_IMAGES, default: 3 }),
    variants: integer({ min: 1, default: 6 }),
    seed: seed(),
    title: text({ optional: true }),
  });
  checkInteger(SUBJECT, "variants", variants, { min: 1, max: Math.floor(MAX_IMAGES / count) - 1 });
  const chosen = choose([...set.labels.keys()], count, settings.seed);
  const formOf = formsOf(augmentation, set, settings.seed);
  const tiles = chosen.flatMap((index): Tile[] => {
    const pixels = set.image(index);
    const original = { pixels, caption: [set.classNames[set.labels[index]]] };
    const augmented = Array.from({ length: variants }, (_, epoch): Tile => ({
      pixels: new Uint8Array(Uint8ClampedArray.from(formOf(epoch, index))),
      caption: [],
    }));
    return [original, ...augmented];
  });
  const description = `${chosen.length} images, each followed by ${variants} augmented forms`;
  return imageGrid(description, tiles, set.imageShape, { columns: variants + 1, title });
}

/** What gives the form of an image in an epoch, in 0..255. */
function formsOf<T>(
  augmentation: Parameters<typeof plotAugmentations<T>>[1],
  set: ImageSet,
  seed: number,
): (epoch: number, index: number) => Float32Array {
  if (hasMethods(augmentation, "getRandomTransform", "applyTransform")) {
    const { imageShape } = set;
    const generator = augmentation as ImageTransformer<T>;
    return (epoch, index) => {
      const rng = randomStream(seed, "augment", epoch, index);
      const transform = generator.getRandomTransform(imageShape, rng);
      return generator.applyTransform(Float32Array.from(set.image(index)), imageShape, transform);
    };
  }
  const flow: unknown = hasMethods(augmentation, "flow")
    ? (augmentation as ImageAugmenter).flow(set, { batchSize: 1, shuffle: false, seed })
    : augmentation;
  check(
    isSingle(flow),
    SUBJECT,
    "an augmenter, or a flow of single images",
    describe(augmentation),
    "pass what pipeline(...) gives, an ImageDataGenerator, or imageFlow(set, { batchSize: 1, shuffle: false, ... })",
  );
  return (epoch, index) => {
    const { xs, indices } = flow.batch(epoch, index);
    check(
      indices[0] === index,
      SUBJECT,
      "a flow in the order of its set",
      "a shuffled one",
      "make it with shuffle: false",
    );
    return xs.map((value) => value * 255);
  };
}

const isSingle = (value: unknown): value is SingleImageFlow =>
  hasMethods(value, "batch") && attempt(() => (value as SingleImageFlow).batchSize) === 1;
