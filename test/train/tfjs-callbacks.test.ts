/** Callbacks as they are written for `fit` of TensorFlow.js. */
import * as tf from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Logs, sgd, trainPhase, trainTwoPhase } from "cifar-kit";
import { hookRunner } from "../../src/browser/worker/callback-calls.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const train = tinyImages(24);
const options = { train, validation: train, epochs: 4, batchSize: 8, verbose: 0 } as const;
const models: tf.LayersModel[] = [];
const network = (): tf.LayersModel => {
  models.push(tinyModel({ seed: 4 }));
  return models.at(-1)!;
};
beforeAll(() => useBackend("wasm"));
afterEach(() => {
  for (const model of models.splice(0)) model.dispose();
});

describe("model.stopTraining = true", () => {
  const sequential = (): tf.LayersModel => {
    const model = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [8, 8, 3] }),
        tf.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: sgd(), loss: "sparseCategoricalCrossentropy", metrics: ["acc"] });
    models.push(model);
    return model;
  };

  it.each([
    ["onEpochEnd", 2],
    ["onEpochBegin", 2],
    ["onBatchEnd", 2],
    ["onTrainBegin", 1],
  ] as const)("in %s ends the run, as TensorFlow.js has it", async (hook, epochs) => {
    for (const model of [network(), sequential()]) {
      let calls = 0;
      const stop = (): void => {
        // In the second epoch, or at once.
        calls += hook === "onBatchEnd" ? 0.5 : 1;
        if (calls >= epochs || hook === "onTrainBegin") model.stopTraining = true;
      };
      const history = await trainPhase(model, { ...options, callbacks: [{ [hook]: stop }] });
      expect(history.epochs.length).toBe(hook === "onTrainBegin" ? 0 : epochs);
      // The next run is not ended by what the last one was told.
      expect((await trainPhase(model, options)).epochs.length).toBe(4);
    }
  });

  it("ends one phase, not the next one", async () => {
    const model = network();
    const { plain, augmented } = await trainTwoPhase(model, {
      ...{ ...options, epochs: [3, 2] as const },
      callbacks: [{ onEpochEnd: (epoch) => void (model.stopTraining = epoch === 0) }],
    });
    expect([plain.epochs.length, augmented.epochs.length]).toEqual([1, 1]);
  });
});

describe("callbacks of TensorFlow.js", () => {
  it.each(["val_loss", "val_acc", "acc", "val_accuracy"])(
    "tf.callbacks.earlyStopping stops on %s",
    async (monitor) => {
      const model = network();
      const stopping = tf.callbacks.earlyStopping({ monitor, patience: 0, minDelta: 10 });
      const history = await trainPhase(model, {
        ...options,
        callbacks: [stopping],
      });
      // The first epoch sets the mark (against infinity), the second one does not beat it.
      expect(history.epochs.length).toBe(2);
    },
  );

  it("a CustomCallback gets its hooks and logs", async () => {
    const seen: string[] = [];
    const callback = new tf.CustomCallback(
      {
        onTrainBegin: () => void seen.push("train"),
        onBatchEnd: (batch, logs) => void seen.push(`batch ${batch} ${typeof logs?.acc}`),
        onEpochEnd: (epoch, logs) => void seen.push(`epoch ${epoch} ${typeof logs?.val_acc}`),
      },
      "epoch",
    );
    await trainPhase(network(), { ...options, epochs: 1, callbacks: [callback] });
    expect(seen).toEqual([
      "train",
      ...["batch 0 number", "batch 1 number", "batch 2 number"],
      "epoch 0 number",
    ]);
  });

  it("find the accuracy under TensorFlow.js's names, which are not counted as values of their own", async () => {
    const epochs: Logs[] = [];
    await trainPhase(network(), {
      ...{ ...options, epochs: 1 },
      callbacks: [{ onEpochEnd: (_, logs) => void epochs.push(logs) }],
    });
    const [logs] = epochs;
    expect([logs.acc, logs.val_acc]).toEqual([logs.accuracy, logs.val_accuracy]);
    expect(Object.keys(logs)).toEqual(["loss", "accuracy", "val_loss", "val_accuracy"]);
  });

  it("do so in a page, too, while the Worker trains", async () => {
    const model = network();
    const stopping = tf.callbacks.earlyStopping({ monitor: "val_acc" });
    const run = hookRunner([stopping], model);
    const values = {
      phase: 0,
      epochs: 4,
      steps: 3,
      validationFreq: 1,
      verbose: 0,
      isScheduled: false,
    } as const;
    const call = { callback: 0, run: values, learningRate: 0.1 };
    await run({ ...call, hook: "onTrainBegin", args: [{}] });
    const stops: boolean[] = [];
    for (const [epoch, val_accuracy] of [0.5, 0.5].entries()) {
      const args = [epoch, { val_accuracy }];
      stops.push((await run({ ...call, hook: "onEpochEnd", args })).stopped);
    }
    expect(stops).toEqual([false, true]);
    expect(model.stopTraining).toBe(false);
  });
});
