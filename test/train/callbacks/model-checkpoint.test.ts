/** What `model.save` could not save is refused before the first step, not after the first epoch. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import {
  ArgumentError,
  type Callback,
  modelCheckpoint,
  type ModelCheckpointOptions,
  trainPhase,
} from "cifar-kit";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel, twins } from "../../helpers/tiny.ts";

beforeAll(() => useBackend("cpu"));

const adamax = (): tf.Optimizer => new tf.AdamaxOptimizer(0.01, 0.9, 0.999, 1e-7, 0.01);

/** Trains with an optimizer of TensorFlow.js; gives the numbers of steps and of saves. */
async function run(
  optimizer: tf.Optimizer,
  options: Partial<ModelCheckpointOptions> = {},
): Promise<{ steps: number; saves: number; error?: unknown }> {
  const model = tinyModel({ filters: [2], denseUnits: 4, compile: false });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  let [steps, saves] = [0, 0];
  const save = (): tf.io.IOHandler => ({
    save: () => {
      saves++;
      return Promise.resolve({
        modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" },
      });
    },
  });
  const error: unknown = await trainPhase(model, {
    ...{ train: tinyImages(8), epochs: 2, verbose: 0 },
    callbacks: [
      modelCheckpoint({ filepath: "x", save, ...options }),
      {
        onBatchBegin: () => {
          steps++;
        },
      },
    ],
  }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  model.dispose();
  return { steps, saves, error };
}

it("Adamax is refused at once; its model is saved without it", async () => {
  const { steps, saves, error } = await run(adamax());
  expect(error).toBeInstanceOf(ArgumentError);
  expect(String(error)).toMatch(
    /modelCheckpoint: expected an optimizer that model\.save can save, got Adamax/,
  );
  expect([steps, saves]).toEqual([0, 0]);
  expect(await run(adamax(), { saveWeightsOnly: true })).toMatchObject({
    saves: 2,
    error: undefined,
  });
});

it("other optimizers of TensorFlow.js are saved, and the question leaves no tensor", async () => {
  const { numTensors } = tf.memory();
  expect(await run(new tf.RMSPropOptimizer(0.01))).toMatchObject({ saves: 2, error: undefined });
  // The optimizer is not the model's, and keeps two tensors for each of its 10 trainable weights.
  expect(tf.memory().numTensors - numTensors).toBe(24);
});

it.each([
  ["at once", 0, {}],
  ["when it is saved without the optimizer", 1, { saveWeightsOnly: true }],
])("a model whose weights share a name is refused %s", async (_, steps, options) => {
  const model = twins();
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  const save = (): tf.io.IOHandler => tf.io.withSaveHandler(() => expect.fail());
  let begun = 0;
  const callbacks: Callback[] = [
    modelCheckpoint({ filepath: "x", save, ...options }),
    {
      onBatchBegin: () => {
        begun++;
      },
    },
  ];
  await expect(
    trainPhase(model, { train: tinyImages(2), epochs: 2, verbose: 0, callbacks }),
  ).rejects.toThrow(/modelCheckpoint: expected a model whose weights have names that differ/);
  expect(begun).toBe(steps);
});
