import { dispose, reverse, tensor, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { type Augmenter, augmenter } from "../augment/augmenter.ts";
import { checkedFlow } from "../augment/checked-flow.ts";
import { allocate } from "../bytes/allocate.ts";
import { check, describe } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { integer, readOptions, seed as anySeed } from "../options.ts";
import type { Batch } from "./feed/feed.ts";
import { kindOf } from "./feed/feed-of.ts";
import { standardizedImage } from "./feed/standardized.ts";
import type { Views } from "./outputs.ts";
import { sixViews } from "./six-views.ts";

/**
 * Which views of an image are classified: the image itself (`"none"`); its mirror image, too (`"flip"`);
 * six views, that is both, and both moved by a pixel up and left, and down and right (`"six"`), of which the
 * logits are averaged, those not moved with twice the weight; or augmented versions beside the image.
 */
export type TestTimeAugmentation = "none" | "flip" | "six" | RandomViews;

/** Augmented versions of each image. */
export interface RandomViews {
  /** What draws and applies their transforms. */
  readonly augmentation: Augmenter;
  /** How many of each image; 1 to 10,000; default 4. */
  readonly views?: number;
  /** Fixes them; any safe integer; default 0. */
  readonly seed?: number;
}

/** More would change nothing any more: the mean of so many is exact to three digits. */
const MOST_VIEWS = 10_000;

/** The views that are wanted of the batches of some images, in their order. */
export function viewsOf(
  subject: string,
  images: unknown,
  wanted: "flip" | "six" | RandomViews,
): Views {
  if (wanted === "flip") return { of: mirrored };
  if (wanted === "six") return sixViews(subject);
  check(
    typeof wanted === "object",
    subject,
    'testTimeAugmentation to be "none", "flip", "six" or { augmentation, views, seed }',
    describe(wanted),
    "pass one of these",
  );
  const { augmentation, views, seed } = readOptions(`${subject}: testTimeAugmentation`, wanted, {
    augmentation: augmenter(),
    views: integer({ min: 1, max: MOST_VIEWS, default: 4 }),
    seed: anySeed(),
  });
  const set = kindOf(images)?.images;
  check(
    set !== undefined,
    subject,
    "an ImageSet, whose images can be augmented",
    describe(images),
    'pass one, or testTimeAugmentation: "flip"',
  );
  return augmented(subject, set, augmentation, views, seed);
}

function* mirrored({ xs }: Batch): Iterable<Tensor> {
  const mirror = tidy(() => reverse(xs, 2));
  try {
    yield xs;
    yield mirror;
  } finally {
    dispose([xs, mirror]);
  }
}

function augmented(
  subject: string,
  set: ImageSet,
  augmentation: Augmenter,
  views: number,
  seed: number,
): Views {
  // Batches of one image: these are drawn by image, so any batch can be put together from them.
  const options = { batchSize: 1, shuffle: false, seed };
  const flow = checkedFlow(subject, augmentation.flow(set, options));
  check(
    flow.batchSize === 1 && flow.size === set.length,
    subject,
    `a flow of the ${set.length} images, one in a batch, from the augmenter`,
    `${flow.size} images in batches of ${flow.batchSize}`,
    "have the augmenter go by the options that its flow gets",
  );
  const viewOf = (view: number, i: number): Float32Array => {
    const { xs, indices, targets } = flow.batch(view, i);
    check(
      targets === undefined,
      subject,
      "views that show one image each",
      "an augmenter that mixes images",
      "leave mix out of its pipeline",
    );
    check(
      indices[0] === i,
      subject,
      "a flow in the order of the images, from the augmenter",
      `image ${indices[0]} in the place of image ${i}`,
      "have its flow go by shuffle: false",
    );
    return xs;
  };
  const rows = (from: number, size: number, pixelsOf: (i: number) => Float32Array): Tensor => {
    const xs = allocate(Float32Array, size * set.imageSize, {
      subject,
      what: `a batch of ${size} images`,
      remedy: "choose a smaller batchSize",
    });
    for (let i = 0; i < size; i++) xs.set(pixelsOf(from + i), i * set.imageSize);
    return tensor(xs, [size, ...set.imageShape], "float32");
  };
  let at = 0;
  const of = function* ({ xs, size }: Batch): Iterable<Tensor> {
    if (augmentation.standardize) {
      xs.dispose();
      yield rows(at, size, (i) => standardizedImage(augmentation, set, i));
    } else yield xs;
    for (let view = 0; view < views; view++) yield rows(at, size, (i) => viewOf(view, i));
    at += size;
  };
  return { of };
}
