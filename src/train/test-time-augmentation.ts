import { allocate } from "../allocate.ts";
import { reverse, tensor, tidy } from "@tensorflow/tfjs-core";
import { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { check, checkInteger, checkOptions, checkSeed, describe } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import type { ImageRows, ModelImages } from "./image-rows.ts";

/**
 * Which views of an image are classified beside the image itself: `"flip"`, its mirror image, or
 * augmented versions of it.
 */
export type TestTimeAugmentation = "flip" | RandomViews;

/** Augmented versions of each image. */
export interface RandomViews {
  /** What draws and applies their transforms. */
  readonly generator: ImageDataGenerator;
  /** How many of each image; 1 to 10,000; default 4. */
  readonly views?: number;
  /** Fixes them; any safe integer; default 0. */
  readonly seed?: number;
}

/** More would change nothing any more: the mean of so many is exact to three digits. */
const MOST_VIEWS = 10_000;

/** The images, and every further view of them, as rows of the same length. */
export function viewsOf(
  subject: string,
  images: ModelImages,
  rows: ImageRows,
  augmentation: TestTimeAugmentation,
): ImageRows[] {
  if (augmentation === "flip") return [rows, mirrored(rows)];
  check(
    typeof augmentation === "object",
    subject,
    'testTimeAugmentation to be "flip" or { generator, views, seed }',
    describe(augmentation),
    "pass one of these",
  );
  checkOptions(subject, augmentation, ["generator", "views", "seed"]);
  const { generator, views = 4, seed = 0 } = augmentation;
  check(
    generator instanceof ImageDataGenerator,
    subject,
    "testTimeAugmentation.generator to be an ImageDataGenerator",
    describe(generator),
    "pass new ImageDataGenerator({ ... })",
  );
  checkInteger(subject, "testTimeAugmentation.views", views, { min: 1, max: MOST_VIEWS });
  checkSeed(subject, seed);
  check(
    images instanceof ImageSet,
    subject,
    "an ImageSet, whose images a generator can augment",
    describe(images),
    'pass one, or testTimeAugmentation: "flip"',
  );
  const set = images;
  return [
    standardized(set, generator),
    ...Array.from({ length: views }, (_, view) => augmented(set, generator, view, seed)),
  ];
}

function mirrored(rows: ImageRows): ImageRows {
  return {
    length: rows.length,
    slice: (from, to) => tidy(() => reverse(rows.slice(from, to), 2)),
  };
}

/** Every image as it is, apart from what the generator does to all of them. */
function standardized(set: ImageSet, generator: ImageDataGenerator): ImageRows {
  return rowsOf(set, (i) => generator.standardize(Float32Array.from(set.image(i)), set.imageShape));
}

/** Every image as it is in one epoch of the generator's flow. */
function augmented(
  set: ImageSet,
  generator: ImageDataGenerator,
  epoch: number,
  seed: number,
): ImageRows {
  // Batches of one image: these are drawn by image, so any range can be put together from them.
  const flow = generator.flow(set, { batchSize: 1, shuffle: false, seed });
  return rowsOf(set, (i) => flow.batch(epoch, i).xs);
}

/** A view of a set, put together image by image. */
function rowsOf(set: ImageSet, pixelsOf: (index: number) => Float32Array): ImageRows {
  return {
    length: set.length,
    slice(from, to) {
      const xs = allocate(Float32Array, (to - from) * set.imageSize, {
        subject: "predict",
        what: `a batch of ${to - from} images`,
        remedy: "choose a smaller batchSize",
      });
      for (let i = from; i < to; i++) xs.set(pixelsOf(i), (i - from) * set.imageSize);
      return tensor(xs, [to - from, ...set.imageShape], "float32");
    },
  };
}
