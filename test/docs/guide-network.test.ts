/** The network that the guide builds layer by layer is the one of buildCifarModel. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { buildCifarModel, predict } from "cifar-kit";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { pageCode, ROOT } from "./doc-code.ts";

const folder = join(ROOT, "runs", `guide-network-${process.pid}`);
let byHand: LayersModel;
let built: LayersModel;

beforeAll(async () => {
  await useBackend("simd");
  const blocks = pageCode("docs/guide.md").blocks.filter((code) =>
    code.includes("kernelInitializer"),
  );
  const program = [
    'import * as tfl from "@tensorflow/tfjs-layers";',
    'import { adam } from "cifar-kit";',
    "const k = 10;",
    ...blocks,
    "export { byHand };",
  ].join("\n");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "network.ts");
  writeFileSync(file, program);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
  ({ byHand } = (await import(/* @vite-ignore */ file)) as { byHand: LayersModel });
  built = buildCifarModel({ seed: 1 });
});
afterAll(() => {
  byHand.dispose();
  built.dispose();
  rmSync(folder, { recursive: true });
});

it("has the same layers, with 2,397,226 parameters", () => {
  const outline = (model: LayersModel): unknown[] =>
    model.layers.map((layer) => [layer.getClassName(), layer.outputShape, layer.countParams()]);
  expect(outline(byHand)).toEqual(outline(built));
  expect(byHand.countParams()).toBe(2_397_226);
  expect(built.countParams()).toBe(2_397_226);
});

it("says the same of images, given the same weights, statistics included", async () => {
  // Statistics that differ from those of another network; variances are positive.
  const weights = built
    .getWeights()
    .map((weight, i) =>
      weight.rank === 1 ? tf.randomUniform(weight.shape, 0.5, 1.5, "float32", i) : weight.clone(),
    );
  for (const model of [byHand, built]) model.setWeights(weights);
  const images = tf.randomUniform([3, 32, 32, 3], 0, 1, "float32", 99);
  const [one, other] = [await predict(byHand, images), await predict(built, images)];
  expect(one.probabilities).toEqual(other.probabilities);
  expect(new Set(one.probabilities).size).toBeGreaterThan(10);
  tf.dispose([weights, images]);
});

it("is compiled in the same way", () => {
  expect(byHand.loss).toBe(built.loss);
  expect(byHand.metrics).toEqual(built.metrics);
  expect(byHand.optimizer.getConfig()).toEqual(built.optimizer.getConfig());
});
