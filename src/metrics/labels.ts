import { check, checkEach, describe, isArray } from "../checks.ts";

/** Class labels, one a sample: any array or typed array of whole numbers. */
export type Labels = ArrayLike<number>;

/** Weights, one a sample: any array or typed array of finite numbers of at least 0. */
export type SampleWeight = ArrayLike<number>;

/** Throws unless both are array-likes of whole numbers, equally long and not empty. */
export function checkPair(subject: string, yTrue: Labels, yPred: Labels): void {
  checkSamples(subject, yTrue);
  checkLabels(subject, "yPred", yPred);
  check(
    yTrue.length === yPred.length,
    subject,
    `yPred to be as long as yTrue (${yTrue.length})`,
    yPred.length,
    "pass one label per sample in both",
  );
}

/** Throws unless `yTrue` is an array-like of whole numbers, at least one. */
export function checkSamples(subject: string, yTrue: Labels): void {
  checkLabels(subject, "yTrue", yTrue);
  check(yTrue.length > 0, subject, "at least one sample", "none", "pass the labels of a set");
}

/** Throws unless `values` is an array-like of whole numbers. */
export function checkLabels(
  subject: string,
  name: string,
  values: unknown,
): asserts values is Labels {
  checkNumbers(subject, name, values, "whole numbers", "pass class indices");
  // The elements of an integer array need no look.
  if (/^U?int/i.test(kindOf(values))) return;
  const remedy =
    "pass class indices: the argmax of each row of probabilities, or classNames.indexOf(name) of each name";
  checkEach(subject, name, values, Number.isSafeInteger, "whole numbers", remedy);
}

/** Throws unless `values` is an array or a typed array of `what` (its elements are not looked at). */
export function checkNumbers(
  subject: string,
  name: string,
  values: unknown,
  what: string,
  remedy: string,
): asserts values is ArrayLike<number> {
  const isTyped = ArrayBuffer.isView(values) && /^(Uint|Int|Float)\d/.test(kindOf(values));
  check(
    isArray(values) || isTyped,
    subject,
    `${name} to be an array or typed array of ${what}`,
    describe(values),
    remedy,
  );
}

/** `"Array"`, `"Float32Array"` and so on, of any realm and also where the engine does not know the class. */
export const kindOf = (values: object): string =>
  Object.prototype.toString.call(values).slice(8, -1);
