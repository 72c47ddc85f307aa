import { check, checkInteger, describe } from "../checks.ts";
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
 * of `generator.flow(set, { seed })` shows the model, as far as drawing and applying a transform go; of a
 * flow it is epoch e itself.
 * @param set images with their labels; not modified.
 * @param augmentation an `ImageDataGenerator`, or anything with its two methods; or a flow of the set,
 *   made with `batchSize: 1` and `shuffle: false`, which has a seed of its own and may mix images.
 * @throws {ArgumentError} if the set is empty, `augmentation` is neither, an option is unknown or out of
 *   its range, or the images have more than 4 channels.
 */
export function plotAugmentations<T>(
  set: ImageSet,
  augmentation: ImageTransformer<T> | SingleImageFlow,
  options: PlotAugmentationsOptions = {},
): VegaLiteSpec {
  checkDrawable(SUBJECT, set);
  checkAugmentation(augmentation);
  const { count, variants, title, ...settings } = readOptions(SUBJECT, options, {
    count: integer({ min: 1, max: MAX_IMAGES, default: 3 }),
    variants: integer({ min: 1, default: 6 }),
    seed: seed(),
    title: text({ optional: true }),
  });
  checkInteger(SUBJECT, "variants", variants, { min: 1, max: Math.floor(MAX_IMAGES / count) - 1 });
  const chosen = choose([...set.labels.keys()], count, settings.seed);
  const tiles = chosen.flatMap((index): Tile[] => {
    const pixels = set.image(index);
    const original = { pixels, caption: [set.classNames[set.labels[index]]] };
    const augmented = Array.from({ length: variants }, (_, epoch): Tile => {
      const changed =
        "batch" in augmentation
          ? formOf(augmentation, epoch, index)
          : transformed(augmentation, pixels, set.imageShape, [settings.seed, epoch, index]);
      return { pixels: new Uint8Array(Uint8ClampedArray.from(changed)), caption: [] };
    });
    return [original, ...augmented];
  });
  const description = `${chosen.length} images, each followed by ${variants} augmented forms`;
  return imageGrid(description, tiles, set.imageShape, { columns: variants + 1, title });
}

function checkAugmentation(value: unknown): void {
  const { getRandomTransform, applyTransform, batch, batchSize } = (value ?? {}) as Partial<
    ImageTransformer<unknown> & SingleImageFlow
  >;
  check(
    (typeof getRandomTransform === "function" && typeof applyTransform === "function") ||
      (typeof batch === "function" && batchSize === 1),
    SUBJECT,
    "a generator with getRandomTransform and applyTransform, or a flow of single images",
    describe(value),
    "pass an ImageDataGenerator, or imageFlow(set, { batchSize: 1, shuffle: false, ... })",
  );
}

/** An image's form in an epoch of a flow, in 0..255. */
function formOf(flow: SingleImageFlow, epoch: number, index: number): Float32Array {
  const { xs, indices } = flow.batch(epoch, index);
  check(
    indices[0] === index,
    SUBJECT,
    "a flow in the order of its set",
    "a shuffled one",
    "make it with shuffle: false",
  );
  return xs.map((value) => value * 255);
}

function transformed<T>(
  generator: ImageTransformer<T>,
  pixels: Uint8Array,
  shape: ImageShape,
  [seed, epoch, index]: readonly [seed: number, epoch: number, index: number],
): Float32Array {
  const rng = randomStream(seed, "augment", epoch, index);
  const transform = generator.getRandomTransform(shape, rng);
  return generator.applyTransform(Float32Array.from(pixels), shape, transform);
}
