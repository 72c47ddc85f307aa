import { check } from "../checks.ts";
import { integer, readOptions, seed as anySeed } from "../options.ts";
import { permutation } from "../random/permutation.ts";
import { randomStream } from "../random/stream.ts";
import { shown } from "../runtime/inspect.ts";
import { warnOnce } from "../runtime/warn.ts";
import { listed } from "../text/listed.ts";
import { checkImages, type Images, type PartOf } from "./check-image-set.ts";
import type { ImageSet } from "./image-set.ts";
import { indicesByLabel } from "./train-validation-split.ts";

/** Options of {@link stratifiedKFold}. */
export interface StratifiedKFoldOptions {
  /** How many parts; at least 2; default 5. */
  readonly folds?: number;
  /** Which images go where; any safe integer; default 0. */
  readonly seed?: number;
}

/** One round of a cross-validation; each part is copied from the set when it is asked for. */
export interface Fold<Part extends Images = ImageSet> {
  /** All images but those of the fold. */
  readonly train: Part;
  /** Those of the fold. */
  readonly validation: Part;
}

/**
 * Cuts a set into folds of equal size and equal shares of each class, for cross-validation: each image
 * is in the validation part of one fold and in the training part of all others. The folds have as
 * many images of each class as those of scikit-learn's `StratifiedKFold`; which ones depends on the
 * seed alone. All parts keep the order of the set.
 *
 * @example
 * for (const { train, validation } of stratifiedKFold(set, { folds: 5, seed: 1 })) {
 *   const model = buildCifarModel({ for: set, seed: 1 });
 *   await trainPhase(model, { train, epochs: 10, verbose: 0 });
 *   scores.push((await evaluate(model, validation)).accuracy);
 *   model.dispose();
 * }
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if no class has as many images as there are folds; of those that have fewer the
 *   console says so.
 */
export function stratifiedKFold<I extends Images>(
  set: I,
  options: StratifiedKFoldOptions = {},
): Fold<PartOf<I>>[] {
  const subject = "stratifiedKFold";
  checkImages(subject, set);
  const { folds, seed } = readOptions(subject, options, {
    folds: integer({ min: 2, default: 5 }),
    seed: anySeed(),
  });
  const members = indicesByLabel(set);
  const most = Math.max(...members.map(({ length }) => length));
  check(
    most >= folds,
    subject,
    `a class with at least ${folds} images, one a fold`,
    `at most ${most}`,
    "ask for fewer folds, or add images",
  );
  const few = set.classNames.filter((_, label) => {
    const { length } = members[label];
    return length > 0 && length < folds;
  });
  if (few.length > 0) {
    warnOnce(set, `${subject}: not in all ${folds} folds, for want of images: ${listed(few, 20)}.`);
  }
  const foldOf = new Int32Array(set.length);
  // Counted through the classes, so that no fold gets the odd image of all of them.
  let dealt = 0;
  // In the order in which the classes first appear, as scikit-learn counts them.
  for (const label of new Set(set.labels)) {
    const images = members[label];
    for (const position of permutation(images.length, randomStream(seed, "fold", label))) {
      foldOf[images[position]] = dealt++ % folds;
    }
  }
  const part = (accepts: (fold: number) => boolean): PartOf<I> =>
    set.subset([...foldOf.keys()].filter((i) => accepts(foldOf[i]))) as PartOf<I>;
  return Array.from({ length: folds }, (_, fold) => {
    const round = {
      get train() {
        return part((other) => other !== fold);
      },
      get validation() {
        return part((other) => other === fold);
      },
    };
    const size = foldOf.filter((other) => other === fold).length;
    return shown(round, () => `{ train: ${set.length - size} images, validation: ${size} images }`);
  });
}
