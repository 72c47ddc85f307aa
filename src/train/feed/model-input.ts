/** Checks of what a model takes. */
import { cast, div, type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../../checks.ts";
import { checkLiveModel } from "../../model/check-model.ts";
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
