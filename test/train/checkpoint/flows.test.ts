/** Runs over flows: they go on with the same bits, and only over the same flow. */
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  cutmix,
  imageFlow,
  pipeline,
  type ImageFlowOptions,
  ImageSet,
  randomErasing,
  sgd,
  stateHash,
  trainPhase,
  type TrainPhaseOptions,
} from "cifar-kit";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { MemoryStore } from "./memory-store.ts";

beforeAll(() => useBackend("wasm"));

const models: LayersModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) {
    model.optimizer.dispose();
    model.dispose();
  }
});

const network = (): LayersModel => {
  const model = tinyModel({ seed: 3, compile: false });
  model.compile({
    optimizer: sgd({ momentum: 0.9, nesterov: true, gradientAccumulationSteps: 3 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  models.push(model);
  return model;
};

const set = tinyImages(64);
const options = (
  flow: ImageFlowOptions = {},
  train = set,
): Pick<TrainPhaseOptions, "train" | "epochs" | "verbose" | "labelSmoothing"> => ({
  train: imageFlow(train, {
    augmentation: pipeline({ mix: cutmix() }),
    batchSize: 8,
    seed: 2,
    ...flow,
  }),
  ...{ epochs: 2, verbose: 0, labelSmoothing: 0.1 },
});

/** A run that stops after some steps, and what it left. */
async function interrupted(steps: number, flow?: ImageFlowOptions): Promise<MemoryStore> {
  const store = new MemoryStore();
  let taken = 0;
  const stop = {
    onBatchEnd: () => {
      if (++taken === steps) throw new Error("crash");
    },
  };
  const run = trainPhase(network(), {
    ...options(flow),
    ...{ checkpoint: { store, everySteps: 1 }, callbacks: [stop] },
  });
  await expect(run).rejects.toThrow("crash");
  return store;
}

describe("a run over a flow that mixes", () => {
  it("goes on with the same bits, between two updates, too", async () => {
    const whole = network();
    const history = await trainPhase(whole, options());
    const expected = await stateHash(whole, history);
    for (const steps of [1, 5, 8, 12]) {
      const store = await interrupted(steps);
      const model = network();
      const rest = await trainPhase(model, { ...options(), checkpoint: { store } });
      expect(await stateHash(model, rest)).toBe(expected);
    }
  });

  const blackened = (from: number): ImageSet => {
    const images = set.images.slice();
    images.fill(0, from * 192, (from + 1) * 192);
    const { labels, imageShape, classNames } = set;
    return new ImageSet({ images, labels, imageShape, classNames });
  };

  it.each<[string, Partial<TrainPhaseOptions>]>([
    ["another image", options({}, blackened(50))],
    ["another seed", options({ seed: 3 })],
    ["no mixing", options({ augmentation: pipeline() })],
    ["another batch size", options({ batchSize: 4 })],
    [
      "an augmentation more",
      options({ augmentation: pipeline(randomErasing({ probability: 0.1 }), { mix: cutmix() }) }),
    ],
    ["labels less smooth", { ...options(), labelSmoothing: 0 }],
    ["weights", { ...options(), train: set, batchSize: 8, classWeight: { 1: 2 } }],
    ["fewer steps", { ...options(), stepsPerEpoch: 7 }],
    ["a later start", { ...options(), initialEpoch: 1 }],
  ])("is refused when it goes on with %s", async (_, other) => {
    const store = await interrupted(5);
    const run = trainPhase(network(), { ...options(), ...other, checkpoint: { store } });
    await expect(run).rejects.toThrow(/begin anew with resume: "never"|resume: "never"/);
  });
});
