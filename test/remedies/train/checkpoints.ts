import * as tf from "@tensorflow/tfjs-core";
import * as kit from "cifar-kit";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Callback } from "cifar-kit";
import { tinyModel } from "../../helpers/tiny.ts";
import { MemoryStore } from "../../train/checkpoint/memory-store.ts";
import { MEMORY, type Trials, type Untried } from "../trial.ts";
import { flow, piped, set, train, withCallback } from "./runs.ts";

const state = (value: unknown): Promise<unknown> =>
  withCallback({ getState: () => value as never }, { checkpoint: { store: new MemoryStore() } });
/** Two runs with one store, the second with other options. */
async function twice(first: object, second: object): Promise<unknown> {
  const checkpoint = { store: new MemoryStore() };
  await train({ ...first, checkpoint });
  return train({ epochs: 2, ...second, checkpoint });
}
/** A run that got more epochs, asked for those again. */
async function thrice(): Promise<void> {
  const checkpoint = { store: new MemoryStore() };
  for (const epochs of [1, 2, 2]) await train({ epochs, checkpoint });
}
/** A run of one phase, to which a second one is added. */
async function twiceInPhases(first: { epochs: number; seed?: number }): Promise<unknown> {
  const checkpoint = { store: new MemoryStore() };
  await train({ checkpoint });
  const run = { train: set, verbose: 0, phases: [first, { epochs: 1 }], checkpoint } as const;
  return kit.train(tinyModel(), run);
}
/** An epoch by a schedule, and a run of some epochs that goes on from it; gives the model of that. */
async function twiceScheduled(
  schedule: { decaySteps?: number },
  epochs: number,
): Promise<LayersModel> {
  const checkpoint = { store: new MemoryStore() };
  const model = (): LayersModel => {
    const learningRate = kit.cosineDecay({ initialLearningRate: 0.01, ...schedule });
    const built = tinyModel();
    built.compile({ optimizer: kit.adam({ learningRate }), loss: "sparseCategoricalCrossentropy" });
    return built;
  };
  await train({ checkpoint }, model());
  const trained = model();
  await train({ epochs, checkpoint }, trained);
  return trained;
}
/** A new run in a store that holds something already. */
function besides(...names: readonly string[]): Promise<unknown> {
  const store = new MemoryStore();
  for (const name of names) store.files.set(name, new Uint8Array(0));
  return train({ checkpoint: { store }, resume: "never" });
}
/** Goes on with a run all of whose checkpoints were damaged. */
async function afterDamage(
  options: object,
  damage: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes.subarray(9),
): Promise<unknown> {
  const store = new MemoryStore();
  await train({ checkpoint: { store } });
  for (const [name, bytes] of store.files) store.files.set(name, damage(bytes));
  return train({ checkpoint: { store }, ...options });
}
/** A run in whose last moment a callback spoils the weights, or not. */
function spoilt(isSpoilt: boolean): Promise<unknown> {
  const model = tinyModel();
  const onEpochEnd = (): void => {
    if (isSpoilt) model.setWeights(model.getWeights().map(({ shape }) => tf.fill(shape, NaN)));
  };
  return train({ checkpoint: { store: new MemoryStore() }, callbacks: [{ onEpochEnd }] }, model);
}
const halving = (): Callback => kit.learningRateScheduler((_, rate) => rate / 2);
const tenth = (): Callback => kit.learningRateScheduler(() => 0.1);
/** Goes on with a run that was interrupted in its second epoch, in which it had a callback with a state. */
async function goOnWith(options: object, first = kit.earlyStopping()): Promise<unknown> {
  const checkpoint = { store: new MemoryStore() };
  const interruption = new AbortController();
  const stop: Callback = {
    onEpochBegin: (epoch) => {
      if (epoch === 1) interruption.abort(new Error("interrupted"));
    },
  };
  const { signal } = interruption;
  await train({ epochs: 3, checkpoint, callbacks: [first, stop], signal }).catch(() => undefined);
  return train({ epochs: 3, checkpoint, ...options });
}
/** A key that no check of options can see, and that is none by the time of the first save. */
function lateKey(late: unknown): Callback {
  let asked = 0;
  return {
    get stateKey() {
      return asked > 2 ? (late as string) : "late";
    },
    getState: () => ++asked,
    setState: () => undefined,
  };
}
const keyed = (stateKey: unknown): Callback => ({
  stateKey: stateKey as string,
  getState: () => 1,
  setState: () => undefined,
});
/** Goes on with a run whose callback cannot take its state back. */
const refusing = (options: object): Promise<unknown> => {
  const refuse = (): void => {
    throw new Error("no");
  };
  return goOnWith({ callbacks: [{ ...keyed("earlyStopping()"), setState: refuse }], ...options });
};

export const trials: Trials = {
  "correct what a callback or the optimizer has set": [
    () => withCallback(lateKey(5), { epochs: 4, checkpoint: { store: new MemoryStore() } }),
    () => withCallback(lateKey("late"), { epochs: 4, checkpoint: { store: new MemoryStore() } }),
  ],
  'go back to an earlier checkpoint, or begin anew with resume: "never"': [
    () => refusing({}),
    () => refusing({ resume: "never" }),
  ],
  'pass e.g. "counter(2)"': [() => withCallback(keyed(5)), () => withCallback(keyed("counter(2)"))],
  'pass the callbacks that the run began with, in their order, or begin anew with resume: "never"':
    [
      () => goOnWith({}),
      async () => {
        await goOnWith({ callbacks: [kit.earlyStopping()] });
        await goOnWith({ resume: "never" });
      },
    ],
  'pass the schedule that the run began with, or begin anew with resume: "never"': [
    () => goOnWith({ callbacks: [halving()] }, tenth()),
    async () => {
      await goOnWith({ callbacks: [tenth()] }, tenth());
      await goOnWith({ callbacks: [halving()], resume: "never" }, tenth());
    },
  ],
  "keep less in the states of callbacks, or keep it in typed arrays": [
    () => state({ many: Array.from({ length: 3e6 }, () => 0.123456789) }),
    () => state({ many: new Float32Array(3e6) }),
  ],
  'bring one back from a backup, or begin anew with resume: "never"': [
    () => afterDamage({}),
    async () => {
      await afterDamage({ resume: "never" });
      await afterDamage({}, (bytes) => bytes);
    },
  ],
  "remove that file, which no run has written": [
    () => besides("checkpoint-999999999999999.ckpt"),
    () => besides(),
  ],
  "lower the learning rate and go on from the last checkpoint, which is as it was": [
    () => spoilt(true),
    () => spoilt(false),
  ],
  "pass e.g. fileCheckpointStore(folder) of cifar-kit/node": [
    () => train({ checkpoint: { store: "folder" } }),
    () => train({ checkpoint: { store: new MemoryStore() } }),
  ],
  "say where the checkpoint is": [
    () => train({ resume: "must" }),
    async () => {
      const checkpoint = { store: new MemoryStore() };
      await train({ checkpoint });
      await train({ checkpoint, resume: "must" });
    },
  ],
  "flatten it": [
    () => state({ deep: JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`) as object }),
    () => state({ flat: [1, 2] }),
  ],
  "rename it": [() => state(JSON.parse('{"__proto__": 1}')), () => state({ proto: 1 })],
  "return such values from getState": [
    () => state({ when: new Date(0) }),
    () => state({ when: 0 }),
  ],
  'name the store of the run that is to go on, or begin one with resume: "auto"': [
    () => train({ checkpoint: { store: new MemoryStore() }, resume: "must" }),
    () => train({ checkpoint: { store: new MemoryStore() }, resume: "auto" }),
  ],
  'pass what the run was last given, or begin anew with resume: "never"': [
    () => twice({}, { batchSize: 4 }),
    async () => {
      await twice({ epochs: 2 }, {});
      await thrice();
      await twice({}, { batchSize: 4, resume: "never" });
    },
  ],
  'give that phase this seed, { epochs, seed }, or begin anew with resume: "never"': [
    () => twiceInPhases({ epochs: 1 }),
    () => twiceInPhases({ epochs: 1, seed: 0 }),
  ],
  'train as many steps, since the schedule goes by them, and more with the finished model in a run of its own; or with resume: "never" give it its length: decaySteps, steps or totalSteps':
    [
      () => twiceScheduled({}, 2),
      async () => {
        await train({}, await twiceScheduled({}, 1));
        await twiceScheduled({ decaySteps: 4 }, 2);
      },
    ],
  "pass an ImageSet or a Flow, or leave out checkpoint": [
    () => piped({}, { checkpoint: { store: new MemoryStore() } }),
    async () => {
      await train({ checkpoint: { store: new MemoryStore() } });
      await train({ train: flow(), checkpoint: { store: new MemoryStore() } });
      await piped();
    },
  ],
};

export const untried: Untried = {
  "train a smaller model, or leave checkpoint out": MEMORY,
  "the file is damaged or not a checkpoint: go back to an earlier one":
    "needs forged files: test/train/checkpoint/format.test.ts",
  "the checkpoint was taken of another model: build that one, or start anew":
    "needs forged files: test/train/checkpoint/format.test.ts",
  'begin anew with resume: "never"':
    "needs forged files: test/train/checkpoint/run-checkpoints.test.ts",
};
