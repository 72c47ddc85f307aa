/** A run that would go on with another network, loss or schedule is refused, or warned of. */
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  type LayersModel,
  layers,
  model as functional,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  adam,
  type AdamOptions,
  type Callback,
  cosineDecay,
  earlyStopping,
  learningRateScheduler,
  type LearningRateSchedule,
  linearSchedule,
  oneCycle,
  stateHash,
  trainPhase,
} from "cifar-kit";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { MemoryStore } from "./memory-store.ts";

beforeAll(() => useBackend("cpu"));
afterEach(() => {
  vi.restoreAllMocks();
});

const train = tinyImages(16);
const plain = (): LayersModel => tinyModel({ filters: [2], denseUnits: 4 });

/** A run of 6 steps; disposes the model. Gives what it learned, as a hash. */
async function run(
  store: MemoryStore,
  build: () => LayersModel,
  callbacks: readonly Callback[] = [],
): Promise<string> {
  const model = build();
  try {
    await trainPhase(model, {
      ...{ train, epochs: 3, batchSize: 8, verbose: 0, callbacks },
      checkpoint: { store, everySteps: 1 },
    });
    return await stateHash(model);
  } finally {
    model.dispose();
  }
}

/** What a crash in the fourth step leaves. */
async function crashed(
  build: () => LayersModel,
  callbacks: readonly Callback[] = [],
): Promise<MemoryStore> {
  const store = new MemoryStore();
  let steps = 0;
  const crash: Callback = {
    onBatchEnd: () => {
      if (++steps === 4) throw new Error("crash");
    },
  };
  await expect(run(store, build, [...callbacks, crash])).rejects.toThrow("crash");
  return store;
}

type AnyLayer = Pick<ReturnType<typeof layers.add>, "apply">;

describe("the network", () => {
  /** Equal layers, one after the other or side by side. */
  const wired =
    (isChain: boolean, middle = (): AnyLayer => layers.activation({ activation: "relu" })) =>
    () => {
      const image = input({ shape: [8, 8, 3] });
      const conv = (): AnyLayer =>
        layers.conv2d({ filters: 3, kernelSize: 1, kernelInitializer: "ones" });
      const first = conv().apply(image) as SymbolicTensor;
      const second = conv().apply(isChain ? first : image) as SymbolicTensor;
      const sum = layers.add().apply([first, second]);
      const flat = layers.flatten().apply(middle().apply(sum));
      const last = layers.dense({ units: 3, activation: "softmax", kernelInitializer: "zeros" });
      const model = functional({ inputs: image, outputs: last.apply(flat) as SymbolicTensor });
      model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy", metrics: ["acc"] });
      return model;
    };
  it("goes on if it is wired in the same way, whatever the layers are called", async () => {
    await run(await crashed(wired(true)), wired(true));
  });

  it("is refused if equal layers are wired otherwise", async () => {
    await expect(run(await crashed(wired(true)), wired(false))).rejects.toThrow(/model.*inputs/s);
  });

  it.each([
    ["gaussianNoise", () => layers.gaussianNoise({ stddev: 0.1 })],
    ["dropout", () => layers.dropout({ rate: 0.5 })],
    [
      "an LSTM with dropout",
      () => {
        const lstm = layers.lstm({ units: 2, dropout: 0.5, recurrentInitializer: "zeros" });
        return layers.timeDistributed({ layer: lstm });
      },
    ],
  ])("is not warned of where this library repeats them: %s", async (_, noisy) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await run(new MemoryStore(), wired(true, noisy));
    expect(warned.mock.calls.flat().join("\n")).not.toMatch(/random numbers/);
  });
});

describe("the loss", () => {
  const withLoss = (loss: unknown) => () => {
    const model = plain();
    model.compile({ optimizer: adam(), loss: loss as never, metrics: ["accuracy"] });
    return model;
  };
  const square = (y: tf.Tensor, p: tf.Tensor): tf.Tensor =>
    tf.tidy(() =>
      tf.mean(tf.square(tf.sub(tf.oneHot(tf.cast(tf.reshape(y, [-1]), "int32"), 3), p)), -1),
    );
  const half = (y: tf.Tensor, p: tf.Tensor): tf.Tensor => tf.tidy(() => tf.mul(square(y, p), 0.5));

  it("is refused if it has another name", async () => {
    const store = await crashed(withLoss("sparseCategoricalCrossentropy"));
    await expect(run(store, withLoss("categoricalCrossentropy"))).rejects.toThrow(/loss/);
  });

  it("goes on if it is the same function", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await run(await crashed(withLoss(square)), withLoss(square));
    expect(warned.mock.calls.flat().join("\n")).not.toMatch(/loss/);
  });

  it("is refused or warned of if it is another function", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const store = await crashed(withLoss(square));
    const error: unknown = await run(store, withLoss(half)).catch((cause: unknown) => cause);
    expect(`${String(error)}\n${warned.mock.calls.flat().join("\n")}`).toMatch(/loss/);
  });
});

describe("the schedule of epochs", () => {
  const scheduled = (schedule: LearningRateSchedule): Callback[] => [
    learningRateScheduler(schedule),
  ];
  const falling: LearningRateSchedule = (index, rate) => rate * 0.9 ** index;
  const rising: LearningRateSchedule = (index, rate) => rate * 1.1 ** index;

  it("goes on if it is the same", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await run(await crashed(plain, scheduled(falling)), plain, scheduled(falling));
    expect(warned).not.toHaveBeenCalled();
  });

  it("is refused if it answers otherwise", async () => {
    const store = await crashed(plain, scheduled(falling));
    await expect(run(store, plain, scheduled(rising))).rejects.toThrow(
      /learningRateScheduler: expected the schedule of the checkpoint, which gave .* for epoch /,
    );
  });

  it("is warned of if it is another text that answers alike so far", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const store = await crashed(plain, scheduled(falling));
    await run(
      store,
      plain,
      scheduled((index, rate) => (index > 2 ? 0 : rate * 0.9 ** index)),
    );
    expect(warned.mock.calls.flat().join("\n")).toMatch(/schedule is not the text/);
  });

  const cosine = { initialLearningRate: 0.01, decaySteps: 10 };
  it.each<[string, LearningRateSchedule, LearningRateSchedule]>([
    ["with another end", cosineDecay(cosine), cosineDecay({ ...cosine, decaySteps: 12 })],
    ["in place of one's own", falling, cosineDecay(cosine)],
  ])("of this library is refused %s", async (_, before, after) => {
    const store = await crashed(plain, scheduled(before));
    await expect(run(store, plain, scheduled(after))).rejects.toThrow(
      /the callbacks of the checkpoint that keep a state/,
    );
  });

  it("is refused if there is none any more", async () => {
    const store = await crashed(plain, scheduled(falling));
    await expect(run(store, plain)).rejects.toThrow(/learningRateScheduler/);
  });
});

describe("more epochs", () => {
  const ownStop: Callback = {
    onEpochEnd: (epoch, _, run) => {
      if (epoch === 1) run.stopTraining();
    },
  };
  it.each<[string, Callback]>([
    ["earlyStopping", earlyStopping({ monitor: "loss", patience: 0, minDelta: 100 })],
    ["one's own", ownStop],
  ])("say that they change nothing where a callback has stopped: %s", async (_, callback) => {
    const warned: string[] = [];
    vi.spyOn(console, "warn").mockImplementation((text: string) => {
      if (text.startsWith("trainPhase: a callback")) warned.push(text);
    });
    const store = new MemoryStore();
    const model = plain();
    const epochs = async (asked: number): Promise<number> => {
      const options = { train, epochs: asked, batchSize: 8, verbose: 0 } as const;
      const history = await trainPhase(model, {
        ...{ ...options, checkpoint: { store }, callbacks: [callback] },
      });
      return history.epochs.length;
    };
    expect(await epochs(5)).toBe(2);
    const { writes } = store;
    expect(warned).toEqual([]);
    expect(await epochs(8)).toBe(2);
    expect(warned).toEqual([
      "trainPhase: a callback stopped phases[0] in epoch 2, and more epochs do not change that; " +
        "to go on, train the finished model in a run of its own.",
    ]);
    // The run is the one that it was.
    expect(await epochs(5)).toBe(2);
    expect(store.writes).toBe(writes);
    expect(warned).toHaveLength(1);
    model.dispose();
  });
});

describe("a difference is told in words where", () => {
  const options = { train, epochs: 2, batchSize: 8, verbose: 0 } as const;
  const cosine = cosineDecay({ initialLearningRate: 0.01, decaySteps: 10 });
  const with_ = (learningRate: AdamOptions["learningRate"]): LayersModel => {
    const model = plain();
    model.compile({ optimizer: adam({ learningRate }), loss: "sparseCategoricalCrossentropy" });
    return model;
  };
  it.each<[string, AdamOptions["learningRate"], object, string]>([
    [
      "validation comes in",
      0.001,
      { validation: train },
      'validation to be none, .* got {.*{"length":16,"imageShape":\\[8,8,3\\]}',
    ],
    [
      "a schedule takes the place of a number",
      cosine,
      {},
      'optimizer.learningRate to be 0.001, .* got {"kind":"cosineDecay","options":{.*"decaySteps":10',
    ],
  ])("%s", async (_, learningRate, change, message) => {
    const checkpoint = { store: new MemoryStore() };
    const [first, second] = [with_(0.001), with_(learningRate)];
    await trainPhase(first, { ...options, checkpoint });
    await expect(trainPhase(second, { ...options, checkpoint, ...change })).rejects.toThrow(
      new RegExp(message),
    );
    first.dispose();
    second.dispose();
  });
});

describe("the optimizer's schedule and groups", () => {
  const with_ = (options: AdamOptions) => (): LayersModel => {
    const model = plain();
    model.compile({ optimizer: adam(options), loss: "sparseCategoricalCrossentropy" });
    return model;
  };
  const cosine = { initialLearningRate: 0.01, decaySteps: 10 };
  const line = { from: 0.01, to: 0.001 };
  const cycle = { maxLearningRate: 0.01, totalSteps: 10 };
  const own = (step: number): number => 0.01 / (step + 1);

  it.each<[string, AdamOptions]>([
    ["a cosine over the run", { learningRate: cosineDecay({ initialLearningRate: 0.01 }) }],
    [
      "a cosine of its own length",
      { learningRate: cosineDecay({ ...cosine, warmupTarget: 0.02, warmupSteps: 2, alpha: 0.1 }) },
    ],
    ["a line over the run", { learningRate: linearSchedule({ ...line, warmup: 0.5 }) }],
    ["a line of its own length", { learningRate: linearSchedule({ ...line, steps: 5 }) }],
    ["one cycle over the run", { learningRate: oneCycle({ maxLearningRate: 0.01 }) }],
    ["one cycle of its own length", { learningRate: oneCycle({ ...cycle, anneal: "linear" }) }],
    ["a function", { learningRate: own }],
    ["a function of the run's steps", { learningRate: (step, steps) => 0.01 * (1 - step / steps) }],
    [
      "groups",
      {
        groups: [
          { weights: /bias$/, learningRate: linearSchedule({ from: 0.1, to: 0 }), weightDecay: 0 },
          { weights: (name) => name.includes("conv2d"), weightDecay: 0.1 },
        ],
      },
    ],
  ])(
    "give the same bits in a run that goes on in the middle of an epoch: %s",
    async (_, options) => {
      const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const straight = await run(new MemoryStore(), with_(options));
      expect(await run(await crashed(with_(options)), with_(options))).toBe(straight);
      expect(warned).not.toHaveBeenCalled();
    },
  );

  it.each<[string, AdamOptions, AdamOptions]>([
    [
      "another length",
      { learningRate: cosineDecay(cosine) },
      { learningRate: cosineDecay({ ...cosine, decaySteps: 12 }) },
    ],
    ["another kind", { learningRate: cosineDecay(cosine) }, { learningRate: oneCycle(cycle) }],
    ["a number", { learningRate: cosineDecay(cosine) }, { learningRate: 0.01 }],
    [
      "a length of its own",
      { learningRate: cosineDecay({ initialLearningRate: 0.01 }) },
      { learningRate: cosineDecay(cosine) },
    ],
    [
      "another pattern",
      { groups: [{ weights: /bias$/, weightDecay: 1 }] },
      { groups: [{ weights: /kernel$/, weightDecay: 1 }] },
    ],
  ])("are refused if they are others: %s", async (_, before, after) => {
    const store = await crashed(with_(before));
    await expect(run(store, with_(after))).rejects.toThrow(
      /optimizer\.(learningRate|groups).*; pass what the run was last given/,
    );
  });

  it("cannot follow a run that becomes longer", async () => {
    const build = with_({ learningRate: cosineDecay({ initialLearningRate: 0.01 }) });
    const store = new MemoryStore();
    await run(store, build);
    const model = build();
    const options = { train, epochs: 4, batchSize: 8, verbose: 0, checkpoint: { store } } as const;
    await expect(trainPhase(model, options)).rejects.toThrow(
      /expected steps to be 6, .* got 8; .* and more with the finished model in a run of its own/,
    );
    model.dispose();
  });

  it("are warned of if the text of a function is another", async () => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const store = await crashed(with_({ learningRate: own }));
    const again = { own: (step: number) => 0.01 / (1 + step) };
    await run(store, with_({ learningRate: again.own }));
    expect(warned.mock.calls.flat().join("\n")).toMatch(/optimizer\.learningRate\.source/);
  });
});
