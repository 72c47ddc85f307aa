import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Callback, ImageDataGenerator, trainPhase } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";

beforeAll(() => useBackend("simd"));

describe("tensors and the simd backend's memory are as before", () => {
  const train = tinyImages(100);
  let model: LayersModel;
  const run = (epochs: number, callbacks: Callback[] = []): Promise<unknown> =>
    trainPhase(model, {
      train,
      validation: train.take(10),
      augmentation: new ImageDataGenerator({ horizontalFlip: true }),
      batchSize: 10,
      epochs,
      callbacks,
      verbose: 0,
      checkpoint: { store: new MemoryStore(), everySteps: 7 },
    });
  /** What tfjs counts, and what the backend's allocator has given out. */
  const usage = (): object => {
    const { numTensors, numBytes, ...others } = tf.memory();
    const { numBytesInLinearMemory } = others as { numBytesInLinearMemory?: number };
    expect(numBytesInLinearMemory).toBeGreaterThan(0);
    return { numTensors, numBytes, numBytesInLinearMemory };
  };

  beforeAll(async () => {
    model = tinyModel({ filters: [2], denseUnits: 4 });
    await run(1);
  });
  afterAll(() => {
    model.dispose();
  });

  it("after 1,000 training steps with checkpoints", async () => {
    const before = usage();
    await run(100);
    expect(usage()).toEqual(before);
  });

  it("after 200 runs in which a callback throws, wherever it does", async () => {
    const before = usage();
    const hooks = [
      "onPhaseBegin",
      "onTrainBegin",
      "onEpochBegin",
      "onBatchBegin",
      "onBatchEnd",
      "onTestBegin",
      "onTestEnd",
      "onEpochEnd",
      "onPhaseEnd",
      "onTrainEnd",
      "getState",
    ] as const;
    for (let time = 0; time < 200; time++) {
      const hook = hooks[time % hooks.length];
      const fail = (): never => {
        throw new Error(hook);
      };
      await expect(run(1, [{ [hook]: fail }])).rejects.toThrow(hook);
    }
    expect(usage()).toEqual(before);
  });
});
