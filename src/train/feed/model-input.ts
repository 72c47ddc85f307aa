/** Checks of what a model takes. */
import { cast, div, type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { checkLiveModel } from "../../model/check-model.ts";
import { warnOnce } from "../../runtime/warn.ts";
import { listed } from "../../text/listed.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { modelInternals } from "../../model/internals.ts";

/** Throws unless the model is alive and takes and gives one tensor, as one for images does. */
export function checkImageModel(subject: string, model: LayersModel): void {
  checkLiveModel(subject, model);
  const { inputs, outputs } = modelInternals(model);
  check(
    inputs.length === 1 && outputs.length === 1,
    subject,
    "a model with one input and one output",
    `${inputs.length} inputs and ${outputs.length} outputs`,
    "pass such a model",
  );
}

/**
 * Throws unless it is such a model, and compiled with a loss: TensorFlow.js takes a list or an object
 * without one.
 */
export function checkCompiled(subject: string, model: LayersModel): void {
  checkImageModel(subject, model);
  const { optimizer, lossFunctions = [] } = modelInternals(model);
  const hasLoss = lossFunctions.every((loss) => typeof loss === "function");
  check(
    optimizer != null && hasLoss,
    subject,
    "a compiled model",
    optimizer == null ? "one without optimizer and loss" : "one without a loss",
    "call model.compile({ optimizer, loss, metrics }) first, or build it with compile: true",
  );
}

/** Whether a shape is as wanted, where some extents may be open. */
export function isOfShape(shape: readonly number[], wanted: readonly (number | null)[]): boolean {
  return (
    shape.length === wanted.length &&
    wanted.every((extent, axis) => extent === null || extent === shape[axis])
  );
}

/** Throws unless images of this shape fit the model's input. */
export function checkInputShape(
  subject: string,
  model: LayersModel,
  imageShape: readonly number[],
): void {
  const wanted = modelInternals(model).inputs[0].shape.slice(1);
  check(
    isOfShape(imageShape, wanted),
    subject,
    `images of the model's input shape ${wanted.map((size) => size ?? "any").join(" x ")}`,
    imageShape.join(" x "),
    "build the model with this inputShape, or resize the images",
  );
}

/** Bytes in an int32 tensor as float32 in [0, 1], rounded once as everywhere. */
export function scaledTensor(bytes: Tensor): Tensor {
  return tidy(() => div(cast(bytes, "float32"), 255));
}

/** Throws unless all pixels are finite. */
export function checkFinitePixels(subject: string, areFinite: boolean, got: string): void {
  const remedy = "find out where it comes from: a division by 0, or memory that was never filled";
  check(areFinite, subject, "finite pixels", got, remedy);
}

/** Throws unless the values of an int32 tensor are bytes. */
export function checkByteRange(
  subject: string,
  what: string,
  least: number,
  largest: number,
): void {
  check(
    least >= 0 && largest <= 255,
    subject,
    `${what} to hold bytes, 0..255`,
    `values from ${least} to ${largest}`,
    "scale them to [0, 1] and pass floats",
  );
}

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
