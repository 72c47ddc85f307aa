import { check, checkInteger, describe, isArray, isText } from "../checks.ts";
import { listed } from "../text/listed.ts";

/** A class: its index, or its name if the model or the images know it. */
export type Label = number | string;

/**
 * The index of a class.
 * @param classes how many there are.
 */
export function indexOfClass(
  subject: string,
  label: Label,
  classes: number,
  classNames: readonly string[] | undefined,
): number {
  if (!isText(label)) {
    checkInteger(subject, "label", label, { min: 0, max: classes - 1 });
    return label;
  }
  const index = classNames?.indexOf(label) ?? -1;
  check(
    index >= 0 && index < classes,
    subject,
    classNames
      ? `label to be one of ${listed(classNames, 20)}`
      : "label to be the index of a class",
    describe(label),
    "pass the class's index",
  );
  return index;
}

/** What is asked of image `i` out of one class for all images, or one for each. */
export function labelAt(
  subject: string,
  label: Label | ArrayLike<Label> | undefined,
  i: number,
): Label | undefined {
  if (label === undefined || isText(label) || typeof label === "number") return label;
  const list = label as ArrayLike<Label> | null;
  check(
    isArray(list) || ArrayBuffer.isView(list),
    subject,
    "label to be a class, or a list with one for each image",
    describe(label),
    'pass e.g. "cat"',
  );
  check(
    i < list.length,
    subject,
    "a label for each image",
    `${list.length} labels for more images`,
    "pass as many labels as images, or one for all of them",
  );
  return list[i];
}
