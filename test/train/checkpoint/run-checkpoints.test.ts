import * as tf from "@tensorflow/tfjs-core";

import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  ArgumentError,
  type Callback,
  type CheckpointOptions,
  csvLogger,
  DataError,
  earlyStopping,
  ImageDataGenerator,
  ImageSet,
  type ImageSetParts,
  learningRateScheduler,
  modelCheckpoint,
  SourceError,
  stateHash,
  terminateOnNaN,
  toDataset,
  trainPhase,
  trainTwoPhase,
  type TrainTwoPhaseOptions,
  TrainingError,
  lookahead,
  weightAveraging,
} from "cifar-kit";
import { decodeCheckpoint } from "../../../src/train/checkpoint/decode.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { forge, partsOf } from "./forge.ts";
import { MemoryStore } from "./memory-store.ts";

beforeAll(() => useBackend("wasm"));
afterEach(() => {
  vi.restoreAllMocks();
  models.splice(0).forEach((model) => {
    model.dispose();
  });
});

const models: LayersModel[] = [];
const newModel = (options = {}): LayersModel => {
  const model = tinyModel({ filters: [2], denseUnits: 4, ...options });
  models.push(model);
  return model;
};

const train = tinyImages(32);
type Options = Partial<TrainTwoPhaseOptions>;
const run = (options: Options, model = newModel()): ReturnType<typeof trainTwoPhase> =>
  trainTwoPhase(model, { train, batchSize: 8, epochs: [2, 1], verbose: 0, ...options });

/** A callback that breaks the run off after some steps, as a crash would: nothing is saved. */
const crashAfter = (steps: number): Callback => {
  let done = 0;
  return {
    onBatchEnd: () => {
      if (++done === steps) throw new Error("crash");
    },
  };
};

/** A store with the checkpoints of a run that crashed in its sixth step, two of them. */
async function crashedRun(
  options: Options = {},
): Promise<CheckpointOptions & { store: MemoryStore }> {
  const checkpoint = { store: new MemoryStore(), everySteps: 2 };
  const callbacks = [...(options.callbacks ?? []), crashAfter(6)];
  await expect(run({ ...options, checkpoint, callbacks })).rejects.toThrow("crash");
  return checkpoint;
}

describe("the checkpoints of a run", () => {
  it("are written before the first step, every so many steps and epochs, and at the end", async () => {
    const store = new MemoryStore();
    const count = async (options: Omit<CheckpointOptions, "store">): Promise<number> => {
      const before = store.writes;
      await run({ checkpoint: { store, ...options }, resume: "never" });
      return store.writes - before;
    };
    // 3 epochs of 4 steps.
    expect(await count({})).toBe(1 + 3 + 1);
    expect(await count({ everyEpochs: 2 })).toBe(1 + 1 + 1);
    expect(await count({ everyEpochs: 0 })).toBe(2);
    expect(await count({ everyEpochs: 0, everySteps: 5 })).toBe(1 + 2 + 1);
  });

  it("are kept up to the number that is asked for, and the store is given up", async () => {
    for (const keep of [1, 2, 4]) {
      const store = new MemoryStore();
      await run({ checkpoint: { store, everySteps: 1, keep } });
      expect(store.files.size).toBe(keep);
      expect(store.isOpen).toBe(false);
    }
  });

  it("are counted, as are steps and tensors", async () => {
    const model = newModel();
    const checkpoint = { store: new MemoryStore(), everySteps: 4 };
    const crashing = { checkpoint, callbacks: [crashAfter(10)] };
    await expect(run(crashing)).rejects.toThrow("crash");
    const { health } = await run({ checkpoint }, model);
    // Saved after 8 steps, so the last 4 are left; after them for the step, the epoch, and the end.
    expect(health).toMatchObject({ steps: 4, checkpoints: 3 });
    expect(health.seconds).toBeGreaterThan(health.secondsSaving);
    expect(health.tensorsAfter).toBe(health.tensorsBefore);
  });

  it("change nothing about the run", async () => {
    const [plain, saving] = [newModel(), newModel()];
    await run({}, plain);
    await run({ checkpoint: { store: new MemoryStore(), everySteps: 1 } }, saving);
    expect(await stateHash(saving)).toBe(await stateHash(plain));
  });

  it("cost no tensor", async () => {
    const model = newModel();
    const store = new MemoryStore();
    await run({}, model);
    const before = tf.memory().numTensors;
    await run({ checkpoint: { store, everySteps: 1 } }, model);
    await run({ checkpoint: { store, everySteps: 1 } }, model);
    await expect(
      run(
        { checkpoint: { store, everySteps: 1 }, resume: "never", callbacks: [crashAfter(3)] },
        model,
      ),
    ).rejects.toThrow("crash");
    await run({ checkpoint: { store }, resume: "must" }, model);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("resume", () => {
  it("'auto' goes on from a crash with the same bits, and trains only what is left", async () => {
    const uninterrupted = newModel();
    const { all } = await run({}, uninterrupted);
    const checkpoint = await crashedRun();
    const model = newModel();
    const steps: number[] = [];
    const history = await run(
      { checkpoint, callbacks: [{ onBatchEnd: (step) => void steps.push(step) }] },
      model,
    );
    // Crashed in its 6th step, saved after the 4th: steps 0 to 3 of epochs 2 and 3 are left.
    expect(steps).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(await stateHash(model, history.all)).toBe(await stateHash(uninterrupted, all));
  });

  it("gives back the values that callbacks have added to the logs, whatever numbers they are", async () => {
    const added = [-0, Infinity, NaN];
    const adding = (): Callback => ({
      onEpochEnd: (epoch, logs, { phase }) => {
        logs.added = added[2 * phase + epoch];
        if (phase === 1) Object.assign(logs, { toString: 5 });
        Object.assign(logs, { text: "none" });
      },
    });
    const checkpoint = await crashedRun({ callbacks: [adding()] });
    for (const options of [{}, { checkpoint }, { checkpoint }]) {
      const { all } = await run({ ...options, callbacks: [adding()] });
      expect(all.metrics).toEqual({ added, toString: [NaN, NaN, 5] });
    }
  });

  it("of a run that is over gives its result without training", async () => {
    const store = new MemoryStore();
    const first = newModel();
    const history = await run({ checkpoint: { store } }, first);
    const writes = store.writes;
    const second = newModel();
    const again = await run({ checkpoint: { store }, callbacks: [crashAfter(1)] }, second);
    expect(again).toEqual({ ...history, health: again.health });
    expect(again.health).toMatchObject({ steps: 0, checkpoints: 0, secondsSaving: 0 });
    expect(await stateHash(second)).toBe(await stateHash(first));
    expect(store.writes).toBe(writes);
  });

  it("works in the same process with the same model", async () => {
    const uninterrupted = newModel();
    const rate = (): Callback => learningRateScheduler((_, now) => now * 0.8);
    await run({ callbacks: [rate()] }, uninterrupted);
    const model = newModel();
    const checkpoint = { store: new MemoryStore() };
    const controller = new AbortController();
    const stop: Callback = {
      onEpochEnd: () => {
        controller.abort("stop");
      },
    };
    const options = { checkpoint, signal: controller.signal, callbacks: [rate(), stop] };
    await expect(run(options, model)).rejects.toBe("stop");
    await run({ checkpoint, callbacks: [rate()] }, model);
    expect(await stateHash(model)).toBe(await stateHash(uninterrupted));
  });

  it("'never' begins anew and replaces what was there at once", async () => {
    const checkpoint = await crashedRun();
    const callbacks = [crashAfter(1)];
    await expect(run({ checkpoint, resume: "never", callbacks })).rejects.toThrow("crash");
    expect(checkpoint.store.files.size).toBe(1);
    const { position } = await decodeCheckpoint([...checkpoint.store.files.values()][0]);
    expect(position).toEqual({ phase: 0, epoch: 0, step: 0, begun: false, stopped: false });
  });

  it("'must' fails where there is nothing, 'auto' begins", async () => {
    const checkpoint = { store: new MemoryStore() };
    await expect(run({ checkpoint, resume: "must" })).rejects.toThrow(SourceError);
    await expect(run({ resume: "must" })).rejects.toThrow(/checkpoint: \{ store \}/);
    await run({ checkpoint, resume: "auto" });
  });

  it("works for trainPhase too, and for other optimizers", async () => {
    for (const optimizer of ["sgd", "rmsprop", "momentum", "adagrad"] as const) {
      const compiled = (): LayersModel => {
        const model = newModel({ compile: false });
        const chosen = optimizer === "momentum" ? tf.train.momentum(0.01, 0.9, true) : optimizer;
        model.compile({ optimizer: chosen, loss: "sparseCategoricalCrossentropy" });
        return model;
      };
      const options = { train, epochs: 2, batchSize: 8, verbose: 0 } as const;
      const uninterrupted = compiled();
      const history = await trainPhase(uninterrupted, options);
      const checkpoint = { store: new MemoryStore(), everySteps: 1 };
      const crashing = { ...options, checkpoint, callbacks: [crashAfter(6)] };
      await expect(trainPhase(compiled(), crashing)).rejects.toThrow("crash");
      const model = compiled();
      const resumed = await trainPhase(model, { ...options, checkpoint, resume: "must" });
      expect(await stateHash(model, resumed)).toBe(await stateHash(uninterrupted, history));
    }
  });
});

describe("callbacks", () => {
  it("go on with their state", async () => {
    const callbacks = (): Callback[] => [
      weightAveraging({ momentum: 0.5 }),
      lookahead({ every: 2 }),
      learningRateScheduler((_, rate) => rate * 0.9),
      earlyStopping({ monitor: "loss", patience: 1, minDelta: 100, restoreBestWeights: true }),
      modelCheckpoint({
        filepath: "x",
        save: () => undefined,
        monitor: "loss",
        saveBestOnly: true,
      }),
    ];
    const uninterrupted = newModel();
    const { all } = await run({ epochs: [4, 4], callbacks: callbacks() }, uninterrupted);
    expect(all.epochs).toHaveLength(4);
    for (const crash of [1, 5, 6, 8, 9, 11]) {
      const checkpoint = { store: new MemoryStore(), everySteps: 1 };
      const crashing = [...callbacks(), crashAfter(crash)];
      const options = { epochs: [4, 4], checkpoint } as const;
      await expect(run({ ...options, callbacks: crashing })).rejects.toThrow("crash");
      const model = newModel();
      const resumed = await run({ ...options, callbacks: callbacks() }, model);
      expect(await stateHash(model, resumed.all)).toBe(await stateHash(uninterrupted, all));
    }
  });

  it("that keep a state must be there again; others may come and go", async () => {
    const stateful = { callbacks: [earlyStopping({ monitor: "loss" })] };
    const checkpoint = await crashedRun(stateful);
    await expect(run({ checkpoint })).rejects.toThrow(
      /that keep a state: earlyStopping\(\{"monitor":"loss"\}\), got none/,
    );
    const other = { callbacks: [earlyStopping({ monitor: "accuracy" })] };
    await expect(run({ checkpoint, ...other })).rejects.toThrow(/got earlyStopping\(.*"accuracy"/);
    await run({ checkpoint, callbacks: [{}, ...stateful.callbacks, terminateOnNaN()] });
  });

  it("that stopped the phase within an epoch are obeyed when the run goes on", async () => {
    const checkpoint = { store: new MemoryStore(), everySteps: 1 };
    const stopping: Callback = {
      onBatchEnd: (batch, _logs, run) => {
        if (batch === 1) run.stopTraining();
      },
      onEpochEnd: () => {
        throw new Error("crash");
      },
    };
    await expect(run({ checkpoint, callbacks: [stopping] })).rejects.toThrow("crash");
    const steps: number[] = [];
    const watching: Callback = { onBatchEnd: (step) => void steps.push(step) };
    const { plain } = await run({ checkpoint, callbacks: [watching] });
    // The epoch is finished without further steps; then comes the second phase.
    expect(plain.epochs).toEqual([0]);
    expect(steps).toEqual([0, 1, 2, 3]);
  });

  it("write each epoch's line once if they wrote none after the checkpoint", async () => {
    let text = "";
    const logger = (): Callback => csvLogger((line) => void (text += line));
    const checkpoint = await crashedRun({ callbacks: [logger()] });
    await run({ checkpoint, callbacks: [logger()] });
    expect(text.split("\r\n").map((line) => line.split(",")[0])).toEqual([
      "epoch",
      "0",
      "1",
      "0",
      "",
    ]);
  });
});

describe("a run goes on only as it began: refused is another", () => {
  const augmentation = new ImageDataGenerator({ rotationRange: 5 });
  const with_ = (change: Partial<ImageSetParts>): ImageSet => {
    const { images, labels, imageShape, classNames } = train;
    return new ImageSet({ images, labels, imageShape, classNames, ...change });
  };
  const changed = with_({ images: train.images.map((v, i) => (i === 999 ? v ^ 1 : v)) });
  const relabelled = with_({ labels: Uint8Array.from(train.labels, (v, i) => (i === 9 ? 2 : v)) });
  const cases: [string, Options, object, RegExp][] = [
    [
      "batch size",
      { batchSize: 4 },
      {},
      /batchSize to be 8, as in checkpoint-0000000\d.ckpt of memory, got 4/,
    ],
    ["seed", { seed: 1 }, {}, /phases\[0\].seed/],
    ["number of epochs, less", { epochs: [1, 1] }, {}, /phases\[0\].epochs to be 2/],
    ["augmentation", { augmentation }, {}, /phases\[1\].augmentation/],
    ["number of images", { train: train.take(24) }, {}, /train.length/],
    ["pixel", { train: changed }, {}, /train.images/],
    ["label", { train: relabelled }, {}, /train.labels/],
    ["validation", { validation: train }, {}, /validation/],
    ["width of a layer", {}, { denseUnits: 5 }, /model.layers\[\d+\].config.units to be 4.*got 5/],
    ["depth", {}, { filters: [2, 2] }, /model.layers to be/],
    ["dropout rate", {}, { dropoutRate: 0.5 }, /config.rate/],
    ["model seed", {}, { seed: 1 }, /config.*seed/],
    ["learning rate", {}, { learningRate: 0.5 }, /optimizer.learningRate to be 0.001.*got 0.5/],
  ];
  it.each(cases)("%s", async (_, options, modelOptions, message) => {
    const checkpoint = await crashedRun();
    const model = newModel(modelOptions);
    const before = await stateHash(model);
    const refused: unknown = await run({ checkpoint, ...options }, model).catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as Error).message).toMatch(message);
    expect(await stateHash(model)).toBe(before);
    expect(checkpoint.store.isOpen).toBe(false);
  });

  it("but another backend or release only warns", async () => {
    const { store } = await crashedRun();
    const { header, payload } = partsOf(store.files.get(store.newest)!);
    store.files.set(
      store.newest,
      forge(header.replace('"backend":"wasm"', '"backend":"x"'), payload),
    );
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await run({ checkpoint: { store } });
    expect(warn.mock.calls.join()).toMatch(/with backend "x", this is "wasm"/);
  });
});

describe("damaged checkpoints", () => {
  it("fall back to the newest good one, keep the damaged one, and name both", async () => {
    const uninterrupted = newModel();
    await run({}, uninterrupted);
    const checkpoint = await crashedRun();
    const { store } = checkpoint;
    const [older, newest] = [...store.files.keys()].sort();
    store.files.get(newest)![1000] ^= 4;
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    const model = newModel();
    await run({ checkpoint }, model);
    expect(await stateHash(model)).toBe(await stateHash(uninterrupted));
    expect([...store.aside.keys()]).toEqual([`${newest}.damaged`]);
    const text = warn.mock.calls.join();
    expect(text).toMatch(/SHA-256/);
    for (const name of [newest, `${newest}.damaged`, older]) expect(text).toContain(name);
  });

  it("stop the run if none is good: it never begins anew by itself", async () => {
    const checkpoint = await crashedRun();
    for (const bytes of checkpoint.store.files.values()) bytes[20] ^= 1;
    for (let time = 0; time < 2; time++) {
      const failed: unknown = await run({ checkpoint }).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(DataError);
      expect((failed as Error).message).toMatch(
        /a good checkpoint in memory.*checkpoint-.*checkpoint-/,
      );
      expect(checkpoint.store.files.size).toBe(2);
    }
    await run({ checkpoint, resume: "never" });
  });
});

describe("a loss that is not a number", () => {
  const exploding = (step: number): Callback => {
    let steps = 0;
    return {
      onBatchBegin: (_batch, _logs, run) => {
        if (++steps === step) run.learningRate = 1e38;
      },
    };
  };

  it("never replaces a good checkpoint", async () => {
    for (const everySteps of [1, 3]) {
      const checkpoint = { store: new MemoryStore(), everySteps };
      const failing = run({ checkpoint, epochs: [9, 1], callbacks: [exploding(6)] });
      await expect(failing).rejects.toThrow(TrainingError);
      for (const bytes of checkpoint.store.files.values()) {
        const { weights, optimizer, steps } = await decodeCheckpoint(bytes);
        const values = [...weights, ...optimizer].flatMap(({ values }) => [...values]);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(steps).toBeLessThanOrEqual(6);
      }
    }
  });

  it("nor when terminateOnNaN ends the run as if it were complete", async () => {
    const checkpoint = { store: new MemoryStore() };
    const quiet = { ...terminateOnNaN({ verbose: 0 }), readEvery: 1 };
    const model = newModel();
    const options = { train, epochs: 9, batchSize: 8, verbose: 0, checkpoint } as const;
    await trainPhase(model, { ...options, callbacks: [exploding(6), quiet] });
    const { steps } = await decodeCheckpoint(checkpoint.store.files.get(checkpoint.store.newest)!);
    expect(steps).toBe(4);
  });
});

describe("a save that fails", () => {
  const full = (): Error =>
    new SourceError({ subject: "s", expected: "space", got: "none", remedy: "r" });

  it("stops the run, or warns and goes on, as the option says", async () => {
    const store = new MemoryStore();
    store.failures.push(undefined, full());
    await expect(run({ checkpoint: { store } })).rejects.toThrow("expected space");
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    store.failures.push(undefined, full());
    await run({ checkpoint: { store, onSaveError: "warn" }, resume: "never" });
    expect(warn.mock.calls.join()).toMatch(/no checkpoint after 4 steps/);
    expect(warn).toHaveBeenCalledTimes(1);
    const { result } = await decodeCheckpoint(store.files.get(store.newest)!);
    expect(result).not.toEqual([]);
  });

  it("is noticed before the first step, whatever the option says", async () => {
    const store = new MemoryStore();
    store.failures.push(full());
    const steps: number[] = [];
    const failing = run({
      checkpoint: { store, onSaveError: "warn" },
      callbacks: [{ onBatchBegin: (step) => void steps.push(step) }],
    });
    await expect(failing).rejects.toThrow("expected space");
    expect(steps).toEqual([]);
    expect(store.isOpen).toBe(false);
  });
});

describe("bad options are refused", () => {
  const store = new MemoryStore();
  it.each([
    [{ checkpoint: {} }, /checkpoint: expected store to be a CheckpointStore/],
    [{ checkpoint: { store, everyStep: 1 } }, /did you mean everySteps/],
    [{ checkpoint: { store, everySteps: -1 } }, /everySteps/],
    [{ checkpoint: { store, everyEpochs: 0.5 } }, /everyEpochs/],
    [{ checkpoint: { store, keep: 0 } }, /keep/],
    [{ checkpoint: { store, onSaveError: "ignore" } }, /onSaveError/],
    [{ resume: "maybe" }, /resume to be one of/],
  ])("%o", async (options, message) => {
    await expect(run(options as unknown as Options)).rejects.toThrow(message);
  });

  it("a dataset, whose epochs cannot be entered", async () => {
    const options = {
      train: toDataset(train),
      epochs: 1,
      checkpoint: { store },
      verbose: 0,
    } as const;
    await expect(trainPhase(newModel(), options)).rejects.toThrow(/can be entered at any step/);
  });

  it("an optimizer that cannot say what it remembers", async () => {
    const model = newModel({ compile: false });
    const optimizer = tf.train.sgd(0.1);
    optimizer.getWeights = () => Promise.reject(new Error("not implemented"));
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    await expect(run({ checkpoint: { store } }, model)).rejects.toThrow(
      /expected an optimizer whose state can be saved.*adam\(\{ learningRate \}\)/,
    );
  });
});

describe("a run with an optimizer of TensorFlow.js", () => {
  it.each<[string, () => tf.Optimizer]>([
    ["momentum", () => tf.train.momentum(0.01, 0.9)],
    ["adam", () => tf.train.adam()],
    ["adamax", () => tf.train.adamax(0.001)],
    ["rmsprop", () => tf.train.rmsprop(0.001, 0.9, 0.5)],
  ])("goes on with the same bits: %s", async (_, optimizer) => {
    const stock = (): LayersModel => {
      const model = newModel({ compile: false });
      model.compile({ optimizer: optimizer(), loss: "sparseCategoricalCrossentropy" });
      return model;
    };
    const [straight, resumed] = [stock(), stock()];
    await run({}, straight);
    const checkpoint = { store: new MemoryStore(), everySteps: 1 };
    await expect(run({ checkpoint, callbacks: [crashAfter(6)] }, stock())).rejects.toThrow("crash");
    await run({ checkpoint, resume: "must" }, resumed);
    expect(await stateHash(resumed)).toBe(await stateHash(straight));
  });
});

it("takes a number written with more zeros for no checkpoint", async () => {
  const store = new MemoryStore();
  await run({ checkpoint: { store } });
  store.files.set("checkpoint-000000099.ckpt", new Uint8Array(5));
  await run({ checkpoint: { store }, resume: "must" });
  expect(store.aside.size).toBe(0);
});

it("shows names in warnings without what acts on a terminal", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
  const store = new MemoryStore();
  await run({ checkpoint: { store } });
  const { header, payload } = partsOf(store.files.get(store.newest)!);
  const parts = JSON.parse(header) as { manifest: Record<string, unknown> };
  parts.manifest.backendBuild = "\u009b31m\u202e";
  store.files.set(store.newest, forge(JSON.stringify(parts), payload));
  await run({ checkpoint: { store }, resume: "must" });
  const said = warn.mock.calls.flat().join();
  expect(said).toContain("backendBuild");
  expect(said).toContain("\\u202e");
  expect(said).not.toMatch(/[\u009b\u202e]/);
});
