import { check, describe, isArray } from "../checks.ts";

/** Class labels, one a sample: any array or typed array of whole numbers. */
export type Labels = ArrayLike<number>;

/** Weights, one a sample: any array or typed array of finite numbers of at least 0. */
export type SampleWeight = ArrayLike<number>;

/** Throws unless both are array-likes of whole numbers, equally long and not empty. */
export function checkPair(subject: string, yTrue: Labels, yPred: Labels): void {
  checkLabels(subject, "yTrue", yTrue);
  checkLabels(subject, "yPred", yPred);
  check(
    yTrue.length === yPred.length,
    subject,
    `yPred to be as long as yTrue (${yTrue.length})`,
    `${yPred.length}`,
    "pass one label per sample in both",
  );
  check(yTrue.length > 0, subject, "at least one sample", "none", "pass the labels of a set");
}

/** Throws unless `values` is an array-like of whole numbers. */
export function checkLabels(subject: string, name: string, values: unknown): void {
  checkNumbers(subject, name, values, "whole numbers", "pass class indices");
  // The elements of an integer array need no look.
  if (isIntegerArray(values)) return;
  const list = values;
  for (let i = 0; i < list.length; i++) {
    if (!Number.isSafeInteger(list[i])) {
      check(
        false,
        subject,
        `${name} to hold whole numbers`,
        `${describe(list[i])} at index ${i}`,
        typeof list[i] === "string"
          ? "number the classes: labels.map((name) => classNames.indexOf(name))"
          : "pass class indices, e.g. the argmax of each row of probabilities",
      );
    }
  }
}

/** Throws unless `weights` fits the samples: finite, none below 0, not all of them 0. */
export function checkSampleWeight(
  subject: string,
  weights: SampleWeight | undefined,
  samples: number,
): void {
  if (weights === undefined) return;
  checkNumbers(subject, "sampleWeight", weights, "numbers", "pass one weight per sample");
  check(
    weights.length === samples,
    subject,
    `sampleWeight to hold one weight for each of the ${samples} samples`,
    `${weights.length}`,
    "pass as many weights as samples",
  );
  let positive = false;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i];
    if (!(Number.isFinite(weight) && weight >= 0)) {
      check(
        false,
        subject,
        "every weight to be a finite number of at least 0",
        `${describe(weight)} at index ${i}`,
        "correct the weight; 0 leaves a sample out",
      );
    }
    positive ||= weight > 0;
  }
  check(positive, subject, "some weight above 0", "only zeros", "leave sampleWeight out");
}

/** Throws unless `values` is an array or a typed array of `what` (its elements are not looked at). */
export function checkNumbers(
  subject: string,
  name: string,
  values: unknown,
  what: string,
  remedy: string,
): asserts values is ArrayLike<number> {
  const isTyped =
    ArrayBuffer.isView(values) && !(values instanceof DataView) && !isBigIntArray(values);
  check(
    isArray(values) || isTyped,
    subject,
    `${name} to be an array or typed array of ${what}`,
    describe(values),
    remedy,
  );
}

function isBigIntArray(values: unknown): boolean {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}

function isIntegerArray(values: unknown): boolean {
  return (
    ArrayBuffer.isView(values) &&
    !(values instanceof Float32Array) &&
    !(values instanceof Float64Array)
  );
}
