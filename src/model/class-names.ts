/**
 * What a model's classes are called. The names lie in what TensorFlow.js calls the user-defined
 * metadata, under `classNames`: whatever saves and loads the model keeps them.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isListOf, isText } from "../checks.ts";
import { DataError } from "../errors.ts";
import { checkModel } from "./check-model.ts";
import { modelInternals } from "./internals.ts";

/**
 * The name of each class of a classifier, in label order; `undefined` if it does not know them.
 * {@link buildCifarModel} and {@link replaceHead} give a model its names, and every format that it is
 * saved in keeps them: TensorFlow.js's files and storages, checkpoints, the weights files of
 * {@link saveWeights}. Of another model say them with
 * `model.setUserDefinedMetadata({ classNames: ["cat", "dog"] })`.
 *
 * @param model any layers model; only read.
 * @throws {ArgumentError} if it is none.
 */
export function classNamesOf(model: LayersModel): readonly string[] | undefined {
  checkModel("classNamesOf", model);
  const names = namesIn(model);
  return names && names.length === outputsOf(model) ? [...names] : undefined;
}

/** Gives a model the names of its classes, as many as it has outputs. */
export function setClassNames(model: LayersModel, classNames: readonly string[]): void {
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), classNames: [...classNames] });
}

/** @throws {DataError} unless the names that a file has are as many as the model has outputs. */
export function checkSavedNames(
  subject: string,
  model: LayersModel,
  names: readonly string[] | undefined = namesIn(model),
): void {
  const outputs = outputsOf(model);
  if (!names || names.length === outputs) return;
  throw new DataError({
    subject,
    expected: `${outputs} classNames in the file, one per output of the model`,
    got: `${names.length}`,
    remedy: "correct them in the file, or delete them from it",
  });
}

function namesIn(model: LayersModel): readonly string[] | undefined {
  const { classNames } = (model.getUserDefinedMetadata() ?? {}) as { classNames?: unknown };
  return isListOf(classNames, isText) ? classNames : undefined;
}

function outputsOf(model: LayersModel): number | null | undefined {
  return modelInternals(model).outputs.at(0)?.shape.at(-1);
}
