/** What a long run leaves behind on the simd backend, which manages its memory itself. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { trainPhase } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("simd"));

interface Left {
  numTensors: number;
  numDataBuffers: number;
  numBytes: number;
  numBytesInLinearMemory: number;
}

const left = (): Left => {
  const { numTensors, numDataBuffers, numBytes, numBytesInLinearMemory } =
    tf.memory() as unknown as Left;
  return { numTensors, numDataBuffers, numBytes, numBytesInLinearMemory };
};

describe("training on simd", () => {
  it("leaves no tensor, no data buffer and no byte behind after 1,000 steps", async () => {
    const train = tinyImages(80);
    const model = tinyModel();
    const phase = (epochs: number): Promise<unknown> =>
      trainPhase(model, { train, epochs, batchSize: 8, verbose: 0 });
    await phase(1);
    const before = left();
    await phase(100);
    expect(model.optimizer.iterations).toBe(1010);
    expect(left()).toEqual(before);
    model.dispose();
  });

  it("leaves nothing behind when a callback throws in the middle", async () => {
    const train = tinyImages(80);
    const model = tinyModel();
    await trainPhase(model, { train, epochs: 1, batchSize: 8, verbose: 0 });
    const before = left();
    for (let run = 0; run < 20; run++) {
      const throwing = {
        onBatchEnd: (batch: number): void => {
          if (batch === run % 10) throw new Error("stop");
        },
      };
      const phase = { train, epochs: 1, batchSize: 8, callbacks: [throwing], verbose: 0 } as const;
      await expect(trainPhase(model, phase)).rejects.toThrow("stop");
    }
    expect(left()).toEqual(before);
    model.dispose();
  });
});
