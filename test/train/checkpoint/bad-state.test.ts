/** What no run may go on from is refused where it is set, before a save, and out of a file made by hand. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  ArgumentError,
  type Callback,
  csvLogger,
  DataError,
  earlyStopping,
  learningRateScheduler,
  lookahead,
  modelCheckpoint,
  reduceLROnPlateau,
  tensorBoard,
  trainPhase,
  type TrainingRun,
  weightAveraging,
} from "cifar-kit";
import type { Checkpoint } from "../../../src/train/checkpoint/checkpoint.ts";
import { decodeCheckpoint } from "../../../src/train/checkpoint/decode.ts";
import { encodeCheckpoint } from "../../../src/train/checkpoint/encode.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { forge, partsOf } from "./forge.ts";
import { MemoryStore } from "./memory-store.ts";

beforeAll(() => useBackend("cpu"));

const train = tinyImages(16);
const run = async (
  store: MemoryStore,
  callbacks: readonly Callback[] = [],
  epochs = 2,
): Promise<unknown> => {
  const model = tinyModel({ filters: [2], denseUnits: 4 });
  try {
    return await trainPhase(model, {
      ...{ train, epochs, callbacks, batchSize: 8, verbose: 0 },
      checkpoint: { store, everySteps: 1 },
    });
  } finally {
    model.dispose();
  }
};

describe("a bad learning rate is refused where it is set, and the checkpoints stay", () => {
  it.each<[string, (context: TrainingRun) => unknown]>([
    ["a text", (context) => (context.learningRate = "0.0005" as never)],
    ["NaN", (context) => (context.learningRate = NaN)],
    ["below 0", (context) => (context.learningRate = -1)],
    [
      "past the run",
      ({ model }) => ((model.optimizer as never as { learningRate: unknown }).learningRate = "1"),
    ],
  ])("%s", async (_, set) => {
    const store = new MemoryStore();
    let steps = 0;
    const callback: Callback = {
      onBatchEnd: (_batch, _logs, run) => {
        if (++steps === 3) set(run);
      },
    };
    const failed = run(store, [callback]);
    await expect(failed).rejects.toThrow(ArgumentError);
    await expect(failed).rejects.toThrow(/learningRate to be a finite number of at least 0/);
    await run(store);
  });
});

it("a stateKey that is no text is refused before the first step", async () => {
  const callback = { stateKey: 5 as never, getState: () => null, setState: () => undefined };
  const store = new MemoryStore();
  await expect(run(store, [callback])).rejects.toThrow(/stateKey to be a text, got 5/);
  expect(store.files.size).toBe(0);
});

it("a state that the reader would refuse is not written", async () => {
  let asked = 0;
  // The kind of thing that no check of options can see.
  const callback: Callback = {
    get stateKey() {
      return asked > 2 ? (5 as never) : "late";
    },
    getState: () => {
      asked++;
      return null;
    },
    setState: () => undefined,
  };
  const store = new MemoryStore();
  await expect(run(store, [callback])).rejects.toThrow(
    /can be read back, got .*key to be a string/s,
  );
  for (const file of store.files.values()) await decodeCheckpoint(file);
});

describe("a file made by hand is refused at once:", () => {
  const callbacks = (): Callback[] => [
    earlyStopping({ monitor: "loss", patience: 5, restoreBestWeights: true }),
    reduceLROnPlateau({ monitor: "loss", minDelta: 1 }),
    modelCheckpoint({ filepath: "x", save: () => undefined }),
    weightAveraging(),
    csvLogger(() => undefined),
    tensorBoard(() => undefined),
    learningRateScheduler(() => 0.001),
    lookahead(),
  ];
  /** What a crash at the end of the first epoch leaves. */
  const left = new MemoryStore();
  beforeAll(async () => {
    const crash: Callback = {
      onEpochEnd: () => {
        throw new Error("crash");
      },
    };
    await expect(run(left, [...callbacks(), crash])).rejects.toThrow("crash");
  });
  const forged = async (change: (checkpoint: Checkpoint) => unknown): Promise<MemoryStore> => {
    const store = new MemoryStore();
    for (const [name, file] of left.files) {
      const checkpoint = await decodeCheckpoint(file);
      change(checkpoint);
      store.files.set(name, await encodeCheckpoint(checkpoint));
    }
    return store;
  };
  const noStep = (): Callback => ({
    onBatchBegin: () => {
      throw new Error("a step");
    },
  });

  it("one that was not changed is taken", async () => {
    const store = await forged(() => undefined);
    await expect(run(store, [...callbacks(), noStep()])).rejects.toThrow("a step");
  });

  it("a number of steps that no run makes", async () => {
    const store = await forged(({ optimizer }) => (optimizer[0].values[0] = 2 ** 31 - 1));
    await expect(run(store, callbacks())).rejects.toThrow(/number of steps, from 0 to/);
  });

  it.each([
    ["a negative learning rate", /"learningRate":[\d.]+/, '"learningRate":-1'],
    ["a negative number of samples", /"samples":\d+/, '"samples":-1'],
    ["half a sample", /"samples":\d+/, '"samples":0.5'],
    ["no number of samples", /"samples":\d+/, '"samples":null'],
    ["a sum that is no number", /"sums":\[[^\]]+\]/, '"sums":["1",1]'],
    ["a negative time", /\},"seconds":[\d.]+/, '},"seconds":-1'],
    ["a negative time of an epoch", /"seconds":\[[^\]]*\]/, '"seconds":[-1]'],
  ])("%s", async (_, field, other) => {
    const store = new MemoryStore();
    for (const [name, file] of left.files) {
      const { header, payload } = partsOf(file);
      const changed = header.replace(field, other);
      expect(changed).not.toBe(header);
      store.files.set(name, forge(changed, payload));
    }
    await expect(run(store, callbacks())).rejects.toThrow(/header\.\S+ to be .* is damaged/s);
  });

  it("weights that are not finite", async () => {
    const store = await forged(({ weights }) => (weights[0].values[0] = NaN));
    await expect(run(store, callbacks())).rejects.toThrow(/finite weights/);
  });

  it("tensors of another type", async () => {
    const store = await forged((checkpoint) => {
      const optimizer = checkpoint.optimizer as Checkpoint["optimizer"][number][];
      optimizer[1] = { ...optimizer[1], values: Int32Array.from(optimizer[1].values) };
    });
    await expect(run(store, callbacks())).rejects.toThrow(/optimizer's state for the model/);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])("states of another kind, of callback %i", async (which) => {
    const states = [
      null,
      5,
      "x",
      [],
      {},
      { best: 1 },
      { best: "soon" },
      { averages: [1] },
      { keys: 1 },
      { step: 0.5 },
    ];
    for (const state of states) {
      const store = await forged(({ callbacks: saved }) => {
        (saved[which] as { state: unknown }).state = state;
      });
      const resumed = run(store, [...callbacks(), noStep()]);
      await expect(resumed).rejects.toThrow(DataError);
      await expect(resumed).rejects.toThrow(/the state of/);
    }
  });

  it.each([
    [0, "bestWeights"],
    [3, "averages"],
    [7, "slow"],
  ])("weights of other lengths, of callback %i", async (which, field) => {
    for (const values of [[], [new Float32Array(1)], null]) {
      const store = await forged(({ callbacks: saved }) => {
        const state = saved[which].state as Record<string, Float32Array[] | null>;
        state[field] = values ?? [...(state[field] ?? []), new Float32Array(3)];
      });
      await expect(run(store, [...callbacks(), noStep()])).rejects.toThrow(
        /the state of .* to hold the values of/,
      );
    }
  });

  it.each<[string, object, object?]>([
    ["an epoch behind the last", { epoch: 3 }],
    ["a huge epoch", { epoch: 2 ** 53 - 1 }],
    ["a step behind the last", { step: 3 }],
    ["a step of an epoch that has not begun", { step: 1, begun: false }],
    ["a phase behind the last", { phase: 2 }],
    ["the end of a run without its history", { phase: 1 }, { histories: [] }],
    ["no history", {}, { histories: [] }],
    ["a history of other epochs", {}, { epochs: [7] }],
    ["a history of more epochs", {}, { epochs: [0, 1, 2, 3] }],
    ["more samples than its steps have", {}, { samples: 2 ** 53 - 1 }],
  ])("a position that the run never comes by: %s", async (_, position, other = {}) => {
    const store = await forged((checkpoint) => {
      Object.assign(checkpoint.position, position);
      const { histories, epochs, samples } = other as {
        histories?: never[];
        epochs?: number[];
        samples?: number;
      };
      if (samples) Object.assign(checkpoint.means, { samples });
      if (histories) Object.assign(checkpoint, { histories });
      if (!epochs) return;
      const zeros = epochs.map(() => 0);
      const values = { loss: zeros, accuracy: zeros, valLoss: [], valAccuracy: [] };
      const rest = { ...values, metrics: {}, seconds: zeros };
      Object.assign(checkpoint, { histories: [{ epochs, ...rest }] });
    });
    await expect(run(store, [...callbacks(), noStep()])).rejects.toThrow(
      /a checkpoint from within this run/,
    );
  });
});

it("a callback's state that refers to itself is named where it does", async () => {
  const state: Record<string, unknown> = { list: [] };
  (state.list as unknown[]).push({ state });
  const callback = { getState: () => state } as Callback;
  await expect(run(new MemoryStore(), [callback])).rejects.toThrow(
    "got callbacks[0].list[0].state, which refers to itself; flatten it.",
  );
});
