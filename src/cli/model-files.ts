/** Models as commands find them, and what they say about the pictures that they take. */
import { readFile } from "node:fs/promises";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { classNamesOf, type ImageShape, loadKeras, loadModel } from "cifar-kit";
import { fileSystemIO, loadPretrained } from "cifar-kit/node";
import { DataError } from "../errors.ts";
import { explainFileErrors } from "../node/file-errors.ts";
import { isListOf } from "../checks.ts";
import { printable } from "../text/printable.ts";
import type { Console, Values } from "./command.ts";
import type { Fitting } from "./read-pictures.ts";
import { text, wordOf } from "./values.ts";

/** A model that classifies images, with what its pictures are made to be. */
export interface Classifier extends Fitting {
  /** The caller disposes it. */
  readonly model: LayersModel;
  readonly classNames: readonly string[];
}

/** The model of a folder, a model.json or a `.keras` file. */
export async function modelAt(path: string): Promise<LayersModel> {
  if (!path.endsWith(".keras")) return loadModel(fileSystemIO(path));
  const told = { subject: "loadKeras", expected: `the file ${path}`, remedy: "correct the path" };
  return loadKeras(await explainFileErrors(told, () => readFile(path)));
}

/** The model that `--model` names; without it the network that comes with the package, and a word about that. */
export async function openClassifier(values: Values, { error }: Console): Promise<Classifier> {
  const path = text(values, "model");
  if (path === undefined) {
    const model = await loadPretrained({ network: "fast" });
    const classifier = classifierOf(model, "the pretrained network", values);
    error.write(`Without --model: the network that knows ${classifier.classNames.join(", ")}\n`);
    return classifier;
  }
  return classifierOf(await modelAt(path), path, values);
}

/** @throws {DataError} if it is no classifier of images, whose classes have names. */
function classifierOf(model: LayersModel, from: string, values: Values): Classifier {
  const shape = model.inputs.length === 1 ? model.inputs[0].shape.slice(1) : [];
  const outputs = model.outputs.length === 1 ? model.outputs[0].shape : [];
  const isOfImages =
    shape.length === 3 &&
    isListOf(shape, (size) => typeof size === "number") &&
    [1, 3].includes(shape[2]) &&
    outputs.length === 2;
  if (!isOfImages) {
    throw new DataError({
      subject: printable(from),
      expected:
        "a model that takes images of one size, with 1 or 3 channels, and gives a probability a class",
      got: `one that takes ${JSON.stringify(shape)} and gives ${JSON.stringify(outputs.slice(1))}`,
      remedy: "name the model of a classifier",
    });
  }
  const classNames =
    classNamesOf(model) ?? Array.from({ length: outputs[1] ?? 0 }, (_, label) => String(label));
  return {
    model,
    classNames,
    imageShape: shape as unknown as ImageShape,
    fit: fitOf(model, values),
  };
}

/** What may become of pictures that are not square; the first by default. */
export const FITS = ["crop", "stretch"] as const;

/** How pictures are made to fit: as the option says, or as those were that the model learned from. */
function fitOf(model: LayersModel, values: Values): Fitting["fit"] {
  const { fit = "crop" } = (model.getUserDefinedMetadata() ?? {}) as Partial<Fitting>;
  return wordOf({ fit, ...values }, "fit", FITS);
}

/** Has a model remember how its pictures were made to fit, in every file that keeps its class names. */
export function rememberFit(model: LayersModel, fit: Fitting["fit"]): void {
  model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), fit });
}
