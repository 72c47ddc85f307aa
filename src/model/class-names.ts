/**
 * What a model's classes are called. The names lie in what TensorFlow.js calls the user-defined
 * metadata, under `classNames`: whatever saves and loads the model keeps them.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isListOf, isText } from "../checks.ts";
import { warnOnce } from "../runtime/warn.ts";
import { checkModel } from "./check-model.ts";
import { modelInternals } from "./internals.ts";

/**
 * The name of each class of a classifier, in label order; `undefined` if it does not know them.
 * {@link buildCifarModel} and {@link replaceHead} give a model its names, and every format that it is
 * saved in keeps them: TensorFlow.js's files and storages, checkpoints, the weights files of
 * {@link saveWeights}. Of another model say them with
 * `model.setUserDefinedMetadata({ classNames: ["cat", "dog"] })`, one for each output: if they are more or
 * fewer, a warning says so and they count as none.
 *
 * @param model any layers model; only read.
 * @throws {ArgumentError} if it is none.
 */
export function classNamesOf(model: LayersModel): readonly string[] | undefined {
  checkModel("classNamesOf", model);
  const { classNames } = (model.getUserDefinedMetadata() ?? {}) as { classNames?: unknown };
  if (!isListOf(classNames, isText)) return undefined;
  const outputs = modelInternals(model).outputs.at(0)?.shape.at(-1);
  if (classNames.length === outputs) return [...classNames];
  warnOnce(
    model,
    `classNamesOf: the model has ${outputs} outputs but ${classNames.length} classNames in its metadata: ` +
      "they count as none until model.setUserDefinedMetadata({ classNames }) corrects them",
  );
  return undefined;
}

/** Gives a model the names of its classes, as many as it has outputs. */
export function setClassNames(model: LayersModel, classNames: readonly string[]): void {
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), classNames: [...classNames] });
}
