import { check } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";

/** The two parts into which `validationSplit` cuts a set. */
export type Subset = "training" | "validation";

/**
 * One part of a set that is cut in two as Keras's generator cuts it: the first `fraction` of the
 * images, rounded down, are for validation, the rest for training. Shares memory with the set.
 * @param ignoreClassSplit also accept parts that do not have the same classes.
 */
export function takeSubset(
  subject: string,
  set: ImageSet,
  subset: Subset,
  fraction: number,
  ignoreClassSplit: boolean,
): ImageSet {
  check(
    fraction > 0,
    subject,
    `a generator with a validationSplit for subset: "${subset}"`,
    "one without",
    "pass validationSplit to the constructor of ImageDataGenerator",
  );
  const cut = Math.trunc(set.length * fraction);
  const validation = set.slice(0, cut);
  const training = set.slice(cut, set.length);
  const part = subset === "validation" ? validation : training;
  check(
    part.length > 0,
    subject,
    `at least one image for ${subset}`,
    `none out of ${set.length} with validationSplit ${fraction}`,
    "change validationSplit or take a larger set",
  );
  if (!ignoreClassSplit) {
    const missing = missingClass(training, validation);
    check(
      missing === undefined,
      subject,
      "the same classes in the training and the validation part",
      `class ${missing} (${set.classNames[missing ?? 0]}) in one of them only`,
      "shuffle the set before, or pass ignoreClassSplit: true",
    );
  }
  return part;
}

/** A class that only one of the two sets has. */
function missingClass(a: ImageSet, b: ImageSet): number | undefined {
  const inA = new Set(a.labels);
  const inB = new Set(b.labels);
  return [...inA, ...inB].find((label) => !inA.has(label) || !inB.has(label));
}
