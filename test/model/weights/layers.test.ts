/** Layers beyond those of the Keras CNN, against PyTorch's outputs with the same weights. */
import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import { input, layers, type LayersModel, model, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { readSafetensors } from "../../../src/formats/read-safetensors.ts";
import type { SafeTensor } from "../../../src/formats/safetensors.ts";
import { writeSafetensors } from "../../../src/formats/write-safetensors.ts";
import { useBackend } from "../../helpers/backends.ts";
import { expectClose } from "../../helpers/close.ts";

interface Case {
  readonly weights: { key: string; shape: number[]; values: number[] }[];
  readonly inputs: number[];
  readonly outputs: number[];
}
const { image, sequence } = JSON.parse(
  readFileSync(new URL("../../fixtures/weights/layers.json", import.meta.url), "utf8"),
) as Record<"image" | "sequence", Case>;

const fileOf = ({ weights }: Case): Uint8Array =>
  writeSafetensors(
    new Map(
      weights.map(({ key, shape, values }): [string, SafeTensor] => [
        key,
        { dtype: "F32", shape, data: Float32Array.from(values) },
      ]),
    ),
  );

async function expectAsInPyTorch(net: LayersModel, shape: number[], item: Case): Promise<void> {
  await loadWeights(net, fileOf(item));
  const x = tensor(item.inputs, shape);
  const y = net.predict(x) as Tensor;
  // Sums of up to 75 products of float32 numbers of size 10.
  expectClose(await y.data(), item.outputs, { rtol: 1e-4, atol: 1e-4 });
  // And back: what is written is what was read.
  const written = readSafetensors(await saveWeights(net)).tensors;
  for (const { key, shape, values } of item.weights) {
    expect(written.get(key)?.shape, key).toEqual(shape);
    expect([...(written.get(key)!.data as Float32Array)], key).toEqual(values.map(Math.fround));
  }
  x.dispose();
  y.dispose();
  net.dispose();
}

describe("weights from PyTorch", () => {
  beforeAll(() => useBackend("cpu"));

  it("fit depthwise and transposed convolutions, and what comes behind a Flatten", async () => {
    const x = input({ shape: [6, 5, 4] });
    const deep = layers.depthwiseConv2d({ name: "depthwise", kernelSize: 3, depthMultiplier: 2 });
    const wide = layers.conv2dTranspose({ name: "transposed", filters: 3, kernelSize: [2, 3] });
    const parts = [
      deep,
      wide,
      layers.flatten(),
      layers.batchNormalization({ name: "norm" }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ name: "dense", units: 4 }),
    ];
    let y = x;
    for (const part of parts) y = part.apply(y) as typeof x;
    await expectAsInPyTorch(model({ inputs: x, outputs: y }), [2, 6, 5, 4], image);
  });

  it("fit sequences, in a sequential model", async () => {
    const net = sequential({
      layers: [
        layers.conv1d({ name: "conv", filters: 5, kernelSize: 3, inputShape: [7, 3] }),
        layers.flatten(),
        layers.layerNormalization({ name: "norm", epsilon: 1e-3 }),
        layers.dense({ name: "dense", units: 2 }),
      ],
    });
    await expectAsInPyTorch(net, [2, 7, 3], sequence);
  });
});
