import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { sgd, terminateOnNaN, trainPhase } from "cifar-kit";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { TextBuffer } from "./text-buffer.ts";

describe("terminateOnNaN", () => {
  beforeAll(() => useBackend("wasm"));

  /** A model whose loss is not a number from some step on. */
  const failing = (from: number): LayersModel => {
    const model = tinyModel({ compile: false });
    let steps = 0;
    model.compile({
      optimizer: sgd(),
      loss: (_: tf.Tensor, yPred: tf.Tensor) => tf.mul(tf.mean(yPred, 1), ++steps > from ? NaN : 1),
    });
    return model;
  };

  it.each([
    ["in the last step of an epoch", 3, 2, undefined],
    ["in the last step, with validation", 3, 2, tinyImages(6)],
    ["in the middle of an epoch", 40, 25, undefined],
    ["in the middle, with validation", 40, 25, tinyImages(6)],
  ])("ends a run quietly when the loss is NaN %s", async (_, steps, from, validation) => {
    const output = new TextBuffer();
    const model = failing(from);
    const ended: number[] = [];
    const history = await trainPhase(model, {
      ...{ train: tinyImages(8 * steps), validation, epochs: 3, batchSize: 8, verbose: 0 },
      callbacks: [terminateOnNaN({ output }), { onEpochEnd: (epoch) => void ended.push(epoch) }],
    });
    expect(ended).toEqual([0]);
    expect(history.loss).toEqual([NaN]);
    expect(history.valLoss).toEqual(validation ? [NaN] : []);
    expect(output.text).toBe(`Batch ${from}: Invalid loss, terminating training\n`);
    model.optimizer.dispose();
    model.dispose();
  });

  it("throws if it is asked to", async () => {
    const model = failing(1);
    const run = trainPhase(model, {
      ...{ train: tinyImages(24), epochs: 3, batchSize: 8, verbose: 0 },
      callbacks: [terminateOnNaN({ raiseError: true })],
    });
    await expect(run).rejects.toThrow(/terminateOnNaN: .* at batch 1/);
    model.optimizer.dispose();
    model.dispose();
  });
});
