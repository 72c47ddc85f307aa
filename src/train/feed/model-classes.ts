/** Checks of the classes that images and a model have. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { modelInternals } from "../../model/internals.ts";
import { warnOnce } from "../../runtime/warn.ts";
import { listed } from "../../text/listed.ts";

/** Throws unless the model gives a probability for each of so many classes. */
export function checkClasses(subject: string, model: LayersModel, classes: number): void {
  const { shape } = modelInternals(model).outputs[0];
  check(
    shape.length === 2,
    subject,
    "a model that gives probabilities [batch, classes]",
    `one that gives [${shape.map((extent) => extent ?? "any").join(", ")}]`,
    "pass a classifier, whose last layer is dense with a softmax",
  );
  check(
    shape[1] == null || shape[1] >= classes,
    subject,
    `a model with at least ${classes} outputs, one per class of the images`,
    `${shape[1]} outputs`,
    "build the model with numClasses to match the data",
  );
}

/** Throws if images have another label for a class than the model, where both call it by the same name. */
export function checkLabelOrder(
  subject: string,
  model: LayersModel,
  classNames: readonly string[],
): void {
  const known = classNamesOf(model) ?? [];
  const stray = classNames.find((name, label) => known[label] !== name && known.includes(name));
  if (stray === undefined) return;
  throw new ArgumentError({
    subject,
    expected: `the model's label for ${describe(stray)}, ${known.indexOf(stray)}`,
    got: `${classNames.indexOf(stray)} in the images`,
    remedy: known.every((name) => classNames.includes(name))
      ? "put the classes into the model's order: set.withClasses(classNamesOf(model))"
      : "number the images as the model does: new ImageSet({ ...set, classNames, labels: Int32Array.from(" +
        "set.labels, (label) => classNames.indexOf(set.classNames[label])) }) with classNames = classNamesOf(model)",
  });
}

/** Throws if a model would learn classes none of which has a name of its own: it would name them wrongly. */
export function checkNames(
  subject: string,
  model: LayersModel,
  classNames: readonly string[],
): void {
  const known = classNamesOf(model);
  check(
    shareNames(known, classNames),
    subject,
    `images of the model's classes, ${listed(known ?? [], 20)}`,
    `of ${listed(classNames, 20)}, none of which it knows`,
    "replaceHead(model, { classNames }), or say that they are the same classes by other names: " +
      "model.setUserDefinedMetadata({ classNames })",
  );
}

/** Says so if a model is measured on classes none of which it has by that name: it may be another's data. */
export function warnOfOtherNames(
  subject: string,
  model: LayersModel,
  classNames: readonly string[],
): void {
  const known = classNamesOf(model);
  if (shareNames(known, classNames)) return;
  warnOnce(
    model,
    `${subject}: of the images' classes, ${listed(classNames, 20)}, the model knows none; its own, ` +
      `${listed(known!, 20)}, stand for them in the order of the labels`,
  );
}

function shareNames(known: readonly string[] | undefined, classNames: readonly string[]): boolean {
  return !known || classNames.some((name) => known.includes(name));
}
