/** Models in fewer bytes: what TensorFlow.js's own loader makes of them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { tinyModel } from "../helpers/tiny.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
beforeAll(() => useBackend("cpu"));

/** TensorFlow.js's own reading of a model file and its weights. */
function stock(folder: string): Promise<LayersModel> {
  const json = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as tf.io.ModelJSON;
  return loadLayersModel({
    load: () =>
      tf.io.getModelArtifactsForJSON(json, (manifest) => {
        const bytes = readFileSync(join(folder, manifest[0].paths[0]));
        return Promise.resolve([manifest[0].weights, Uint8Array.from(bytes).buffer]);
      }),
  });
}
const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + (name.endsWith(".bin") ? statSync(join(folder, name)).size : 0),
    0,
  );

describe("fileSystemIO with quantize", () => {
  it.each([
    ["float16", 2, 2 ** -11],
    ["uint8", 4, 1 / 510],
  ] as const)("keeps kernels as %s, the rest as it is", async (quantize, times, error) => {
    const model = tinyModel({ seed: 3 });
    const folder = newFolder();
    await model.save(fileSystemIO(folder, { quantize }));
    const counts = model.weights.map(({ shape }) => tf.util.sizeFromShape(shape as number[]));
    const isKernel = model.weights.map(({ shape }) => shape.length > 1);
    const sum = (of: boolean): number =>
      counts.reduce((total, count, i) => total + (isKernel[i] === of ? count : 0), 0);
    expect(bytesIn(folder)).toBe((4 / times) * sum(true) + 4 * sum(false));
    for (const loaded of [await stock(folder), await loadModel(fileSystemIO(folder))]) {
      loaded.weights.forEach((weight, i) => {
        const [got, kept] = [weight.read().dataSync(), model.weights[i].read().dataSync()];
        const spread = Math.max(0, ...kept) - Math.min(0, ...kept);
        const largest = Math.max(...kept.map(Math.abs));
        // One rounding more, of the float32 that TensorFlow.js gives back.
        const bound = isKernel[i] ? (quantize === "uint8" ? spread : largest) * error * 1.01 : 0;
        const off = Math.max(...Array.from(got, (value, k) => Math.abs(value - kept[k])));
        expect(off).toBeLessThanOrEqual(bound);
      });
    }
  });

  it("refuses what such numbers cannot hold, and keeps the model that is there", async () => {
    const model = tinyModel();
    const folder = newFolder();
    await model.save(fileSystemIO(folder, { quantize: "float16" }));
    const [kernel] = model.getWeights();
    model.layers[0].getWeights();
    const layer = model.layers.find(({ weights }) => weights.length > 0)!;
    layer.setWeights([tf.fill(kernel.shape, 1e5), ...layer.getWeights().slice(1)]);
    await expect(model.save(fileSystemIO(folder, { quantize: "float16" }))).rejects.toThrow(
      /finite numbers of up to 65,504 in conv2d\/kernel, .* got 100000; save the model without/,
    );
    await model.save(fileSystemIO(folder, { quantize: "uint8" }));
    expect(() => fileSystemIO(folder, { quantize: "int4" as never })).toThrow(/"float16", "uint8"/);
  });
});
