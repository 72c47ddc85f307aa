/** What becomes of a small model with branches when a letter of its file is another one. */
import "@tensorflow/tfjs-backend-cpu";
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
import { beforeAll, describe, expect, it } from "vitest";
import { CifarKitError, loadModel, randomStream } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import type { Rng } from "../../src/random/rng.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";

/** Replaces so many letters of a saved model, one at a time: it loads as it was, or is refused. */
export function describeFlips(count: number): void {
  const newFolder = temporaryFolders();
  beforeAll(async () => {
    await tf.setBackend("cpu");
  });

  describe("a model.json with another letter", () => {
    it.each(["of this library", "of another program"])(
      "%s is loaded as it was or refused",
      async (origin) => {
        const folder = newFolder();
        const model = branchedModel();
        await model.save(fileSystemIO(folder), { includeOptimizer: true });
        if (origin === "of another program") makeForeign(folder);
        const expected = outputOf(model);
        const counts = { "the same": 0, another: 0, refused: 0 };
        const rng = randomStream(5, "flips of model.json");
        for (let i = 0; i < count; i++) counts[await flipAndLoad(folder, rng, expected)]++;
        expect(counts.refused).toBeGreaterThan(0);
        // Without a hash nobody can tell a number from another one.
        if (origin === "of this library") expect(counts.another).toBe(0);
      },
    );
  });
}

/** Convolutions side by side, a layer used twice, and a model inside the model. */
function branchedModel(): LayersModel {
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

function outputOf(model: LayersModel): number[] {
  return tf.tidy(() => {
    const x = tf.randomNormal([1, 4, 4, 2], 0, 1, "float32", 9);
    return Array.from((model.predict(x) as tf.Tensor).dataSync());
  });
}

/** What can become of a load. */
type Ending = "the same" | "another" | "refused";

/**
 * Replaces one character of a folder's model.json by another one and loads it.
 * @returns what became of it; throws what is no error of the library.
 */
async function flipAndLoad(folder: string, rng: Rng, expected: readonly number[]): Promise<Ending> {
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
function makeForeign(folder: string): void {
  const file = join(folder, "model.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  delete json.modelSha256;
  delete json.weightsSha256;
  writeFileSync(file, JSON.stringify(json));
}
