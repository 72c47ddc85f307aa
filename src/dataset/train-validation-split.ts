import { check } from "../checks.ts";
import { boolean, number, readOptions, seed as anySeed } from "../options.ts";
import { permutation } from "../random/permutation.ts";
import { randomStream } from "../random/stream.ts";
import { checkImages, type Images, type PartOf } from "./check-image-set.ts";
import type { ImageSet } from "./image-set.ts";
import { warnOfMissingClasses } from "./warn-of-missing-classes.ts";

/** Options of {@link trainValidationSplit}. */
export interface TrainValidationSplitOptions {
  /** Part of the samples that goes to validation, in (0, 1). Default 0.1. */
  readonly fraction?: number;
  /** Which samples go where; any safe integer. Default 0. */
  readonly seed?: number;
  /** Keep the classes' proportions in both parts. Default true. */
  readonly stratify?: boolean;
}

/** The two parts of a set, or of a stream. */
export interface TrainValidationSplit<Part extends Images = ImageSet> {
  /** What is left to train on. */
  readonly train: Part;
  /** `ceil(fraction * n)` samples to validate on. */
  readonly validation: Part;
}

/**
 * Cuts a validation set from `set`, at random but repeatably.
 *
 * Validation gets `ceil(fraction * n)` samples, as in scikit-learn's `train_test_split`. Stratified,
 * each class gives its exact share rounded down, and the classes with the largest remainders give
 * one more until the number is reached (of equal remainders the lower label first); none gives its last
 * sample while others have two. Which samples of a class are taken depends on the seed alone. The
 * console names classes that are missing in a part though they have samples enough.
 * Both parts keep the order of `set`, and copy from it; of a stream they are streams.
 *
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if either part would be empty.
 */
export function trainValidationSplit<I extends Images>(
  set: I,
  options: TrainValidationSplitOptions = {},
): TrainValidationSplit<PartOf<I>> {
  const subject = "trainValidationSplit";
  checkImages(subject, set);
  const { fraction, seed, stratify } = readOptions(subject, options, {
    fraction: number({ min: 0, max: 1, exclusiveMin: true, exclusiveMax: true, default: 0.1 }),
    seed: anySeed(),
    stratify: boolean({ default: true }),
  });
  const count = Math.ceil(fraction * set.length);
  check(
    count > 0 && count < set.length,
    subject,
    "at least one sample in each part",
    `${count} of ${set.length} samples for validation`,
    "pass a larger set or another fraction",
  );

  const { train, validation } = splitIndices(set, count, seed, stratify);
  const split = {
    train: set.subset(train) as PartOf<I>,
    validation: set.subset(validation) as PartOf<I>,
  };
  warnOfMissingClasses(subject, set, split);
  return split;
}

/**
 * Which `count` images of a set are for validation, and which are left; both in the set's order. As
 * long as there are enough others, no class gives its last image.
 */
export function splitIndices(
  set: Pick<Images, "length" | "labels" | "classNames">,
  count: number,
  seed: number,
  stratify = true,
): { readonly train: number[]; readonly validation: number[] } {
  const groups = stratify ? indicesByLabel(set) : [Array.from(set.labels, (_, i) => i)];
  const shares = largestRemainder(
    groups.map((group) => group.length),
    count,
  );
  const chosen = new Uint8Array(set.length);
  for (const [label, group] of groups.entries()) {
    const order = permutation(group.length, randomStream(seed, "validation-split", label));
    for (const position of order.subarray(0, shares[label])) chosen[group[position]] = 1;
  }
  const pick = (wanted: number): number[] =>
    Array.from(chosen.keys()).filter((index) => chosen[index] === wanted);
  return { train: pick(0), validation: pick(1) };
}

/** For each class the indices of its images. */
export function indicesByLabel({
  labels,
  classNames,
}: Pick<Images, "labels" | "classNames">): number[][] {
  const groups: number[][] = classNames.map(() => []);
  labels.forEach((label, index) => groups[label].push(index));
  return groups;
}

/** Whole numbers that add up to `total` and are nearest to the proportions of `sizes`. */
function largestRemainder(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  // Exact arithmetic on whole numbers: floating-point shares could order equal remainders at will.
  const shares = sizes.map((size) => Math.floor((size * total) / sum));
  const remainders = sizes.map((size) => (size * total) % sum);
  const missing = total - shares.reduce((a, b) => a + b, 0);
  const byRemainder = [...sizes.keys()].sort((a, b) => remainders[b] - remainders[a] || a - b);
  for (const group of byRemainder.slice(0, missing)) shares[group]++;
  // A class without an image left could not be learned: others give one more.
  for (const emptied of sizes.keys()) {
    const other = byRemainder.find((group) => shares[group] < sizes[group] - 1);
    if (sizes[emptied] === 0 || shares[emptied] < sizes[emptied] || other === undefined) continue;
    shares[emptied]--;
    shares[other]++;
  }
  return shares;
}
