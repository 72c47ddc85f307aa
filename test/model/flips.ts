/** A small model with branches, and what becomes of it when a letter of its file is another one. */
import { join } from "node:path";
import { readFileSync, writeFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  model as functional,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { expect } from "vitest";
import { CifarKitError, loadModel } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import type { Rng } from "../../src/random/rng.ts";

/** Convolutions side by side, a layer used twice, and a model inside the model. */
export function branchedModel(): LayersModel {
  const image = input({ shape: [4, 4, 2], name: "image" });
  const conv = layers.conv2d({
    filters: 2,
    kernelSize: 3,
    padding: "same",
    activation: "relu",
    name: "conv",
  });
  const once = conv.apply(image) as SymbolicTensor;
  const twice = conv.apply(once) as SymbolicTensor;
  const sum = layers.add({ name: "sum" }).apply([once, twice]) as SymbolicTensor;
  const inside = input({ shape: [4, 4, 2], name: "inside" });
  const normal = layers.batchNormalization({ name: "norm" }).apply(inside) as SymbolicTensor;
  const inner = functional({ inputs: inside, outputs: normal, name: "inner" });
  const flat = layers.flatten({ name: "flat" }).apply(inner.apply(sum)) as SymbolicTensor;
  const output = layers.dense({ units: 2, name: "out" }).apply(flat) as SymbolicTensor;
  const model = functional({ inputs: image, outputs: output });
  model.setWeights(
    model.getWeights().map((w, i) => tf.abs(tf.randomNormal(w.shape, 0, 1, "float32", i + 1))),
  );
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return model;
}

export function outputOf(model: LayersModel): number[] {
  return tf.tidy(() => {
    const x = tf.randomNormal([1, 4, 4, 2], 0, 1, "float32", 9);
    return Array.from((model.predict(x) as tf.Tensor).dataSync());
  });
}

/** What can become of a load. */
export type Ending = "the same" | "another" | "refused";

/**
 * Replaces one character of a folder's model.json by another one and loads it.
 * @returns what became of it; throws what is no error of the library.
 */
export async function flipAndLoad(
  folder: string,
  rng: Rng,
  expected: readonly number[],
): Promise<Ending> {
  const file = join(folder, "model.json");
  const text = readFileSync(file, "utf8");
  const at = rng.integer(text.length);
  const letters = '"abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_-,:[]{}.';
  let letter = letters[rng.integer(letters.length)];
  if (letter === text[at]) letter = "#";
  writeFileSync(file, text.slice(0, at) + letter + text.slice(at + 1));
  let model: LayersModel;
  try {
    model = await loadModel(fileSystemIO(folder));
  } catch (error) {
    expect(error, `${letter} in place of ${text[at]} at ${at}`).toBeInstanceOf(CifarKitError);
    return "refused";
  } finally {
    writeFileSync(file, text);
  }
  try {
    return JSON.stringify(outputOf(model)) === JSON.stringify(expected) ? "the same" : "another";
  } catch {
    // An inner model of another input size, say: TensorFlow.js says so when it is used.
    return "another";
  } finally {
    model.dispose();
  }
}

/** Takes the hashes out of a folder's model.json, as if another program had written it. */
export function makeForeign(folder: string): void {
  const file = join(folder, "model.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  delete json.modelSha256;
  delete json.weightsSha256;
  writeFileSync(file, JSON.stringify(json));
}
