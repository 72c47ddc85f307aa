import { check, checkInteger, checkOptions, checkSeed, describe } from "../checks.ts";
import type { ImageSet, ImageShape } from "../dataset/image-set.ts";
import type { Rng } from "../random/rng.ts";
import { randomStream } from "../random/stream.ts";
import { choose } from "./choose.ts";
import type { Tile } from "./image-grid.ts";
import { checkDrawable, imageGrid, MAX_IMAGES } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** What draws and applies random transforms; an `ImageDataGenerator` does. */
export interface ImageTransformer<T> {
  /** Draws what is to be done to an image of this shape. */
  getRandomTransform(shape: ImageShape, rng: Rng): T;
  /** Takes and gives pixels in 0..255, HWC order. */
  applyTransform(image: Float32Array, shape: ImageShape, transform: T): Float32Array;
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
 * of `generator.flow(set, { seed })` shows the model, as far as drawing and applying a transform go.
 * @param generator an `ImageDataGenerator`, or anything with its two methods.
 * @throws {ArgumentError} if the set is empty, `generator` lacks a method, an option is unknown or out of
 *   its range, or the images have more than 4 channels.
 */
export function plotAugmentations<T>(
  set: ImageSet,
  generator: ImageTransformer<T>,
  options: PlotAugmentationsOptions = {},
): VegaLiteSpec {
  checkOptions(SUBJECT, options, ["count", "variants", "seed", "title"]);
  const { count = 3, variants = 6, seed = 0, title } = options;
  checkDrawable(SUBJECT, set);
  check(
    typeof generator?.getRandomTransform === "function" &&
      typeof generator.applyTransform === "function",
    SUBJECT,
    "a generator with getRandomTransform and applyTransform",
    describe(generator),
    "pass an ImageDataGenerator",
  );
  checkInteger(SUBJECT, "count", count, { min: 1, max: MAX_IMAGES });
  checkInteger(SUBJECT, "variants", variants, { min: 1, max: Math.floor(MAX_IMAGES / count) - 1 });
  checkSeed(SUBJECT, seed);
  const chosen = choose([...set.labels.keys()], count, seed);
  const tiles = chosen.flatMap((index): Tile[] => {
    const pixels = set.image(index);
    const original = { pixels, caption: [set.classNames[set.labels[index]]] };
    const image = Float32Array.from(pixels);
    const augmented = Array.from({ length: variants }, (_, epoch): Tile => {
      const rng = randomStream(seed, "augment", epoch, index);
      const transform = generator.getRandomTransform(set.imageShape, rng);
      const changed = generator.applyTransform(image, set.imageShape, transform);
      return { pixels: new Uint8Array(Uint8ClampedArray.from(changed)), caption: [] };
    });
    return [original, ...augmented];
  });
  const description = `${chosen.length} images, each followed by ${variants} augmented forms`;
  return imageGrid(description, tiles, set.imageShape, { columns: variants + 1, title });
}
