import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import type { SimdBackend, SimdMemoryInfo } from "../../src/simd/tfjs/backend.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";

/** A step of a small convolutional network, as numbers. */
async function step(): Promise<number[]> {
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, inputShape: [16, 16, 3], activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.setWeights(
    model
      .getWeights()
      .map((weight, i) => tf.randomUniform(weight.shape, -0.1, 0.1, "float32", i + 1)),
  );
  const xs = tf.randomUniform([32, 16, 16, 3], 0, 1, "float32", 7);
  const ys = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 32 }, (_, i) => i % 10),
      "int32",
    ),
    10,
  );
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "categoricalCrossentropy" });
  const losses = [];
  for (let i = 0; i < 3; i++) losses.push(Number(await model.trainOnBatch(xs, ys)));
  return losses;
}

function memoryInUse(): number[] {
  const { numTensors, numBytesInLinearMemory } = tf.memory() as ReturnType<typeof tf.memory> &
    SimdMemoryInfo;
  return [numTensors, numBytesInLinearMemory];
}

describe("the simd backend in a browser", () => {
  const isolated = globalThis.crossOriginIsolated;
  beforeAll(async () => {
    await registerSimdBackend({ threads: 2 });
  });

  it(`uses ${isolated ? "two threads" : "one thread"} here`, async () => {
    await tf.setBackend("simd");
    expect((tf.backend() as unknown as SimdBackend).threads).toBe(isolated ? 2 : 1);
  });

  it("trains like the cpu backend", async () => {
    await tf.setBackend("cpu");
    const wanted = await step();
    await tf.setBackend("simd");
    const actual = await step();
    actual.forEach((loss, i) => {
      expect(loss).toBeCloseTo(wanted[i], 4);
    });
  });

  it("gives the same bits on every run", async () => {
    await tf.setBackend("simd");
    expect(await step()).toEqual(await step());
  });

  it("frees what it allocates", async () => {
    await tf.setBackend("simd");
    const before = memoryInUse();
    for (let i = 0; i < 100; i++) {
      tf.tidy(() => tf.softmax(tf.add(tf.randomUniform([100, 100]), i)).dataSync());
    }
    expect(memoryInUse()).toEqual(before);
  });
});
