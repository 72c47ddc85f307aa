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
  type Callback,
  cosineDecay,
  learningRateScheduler,
  type LearningRateSchedule,
  oneCycle,
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

/** A run of 6 steps; disposes the model. */
async function run(
  store: MemoryStore,
  build: () => LayersModel,
  callbacks: readonly Callback[] = [],
): Promise<void> {
  const model = build();
  try {
    await trainPhase(model, {
      ...{ train, epochs: 3, batchSize: 8, verbose: 0, callbacks },
      checkpoint: { store, everySteps: 1 },
    });
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
    [
      "LSTM with dropout",
      () => layers.lstm({ units: 2, dropout: 0.5, recurrentInitializer: "zeros" }),
    ],
  ])(
    "is warned of if nobody can repeat the random numbers of a layer: %s",
    async (_, recurrent) => {
      const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      const build = (): LayersModel => {
        const image = input({ shape: [8, 8, 3] });
        const rows = layers.reshape({ targetShape: [8, 24] }).apply(image) as SymbolicTensor;
        const read = recurrent().apply(rows) as SymbolicTensor;
        const last = layers.dense({ units: 3, activation: "softmax" });
        const model = functional({ inputs: image, outputs: last.apply(read) as SymbolicTensor });
        model.compile({
          optimizer: adam(),
          loss: "sparseCategoricalCrossentropy",
          metrics: ["acc"],
        });
        return model;
      };
      await run(new MemoryStore(), build);
      expect(warned.mock.calls.flat().join("\n")).toMatch(/random numbers of the layers lstm/);
    },
  );

  it.each([
    ["gaussianNoise", () => layers.gaussianNoise({ stddev: 0.1 })],
    ["dropout", () => layers.dropout({ rate: 0.5 })],
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

describe("the schedule", () => {
  const scheduled = (
    schedule: LearningRateSchedule,
    per: "epoch" | "step" = "epoch",
  ): Callback[] => [learningRateScheduler(schedule, { per })];
  const falling: LearningRateSchedule = (index, rate) => rate * 0.9 ** index;
  const rising: LearningRateSchedule = (index, rate) => rate * 1.1 ** index;

  it.each(["epoch", "step"] as const)("goes on if it is the same, per %s", async (per) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await run(await crashed(plain, scheduled(falling, per)), plain, scheduled(falling, per));
    expect(warned).not.toHaveBeenCalled();
  });

  it.each(["epoch", "step"] as const)("is refused if it answers otherwise, per %s", async (per) => {
    const store = await crashed(plain, scheduled(falling, per));
    await expect(run(store, plain, scheduled(rising, per))).rejects.toThrow(
      new RegExp(
        `learningRateScheduler: expected the schedule of the checkpoint, which gave .* for ${per} `,
      ),
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
  const cycle = { maxLearningRate: 0.01, totalSteps: 10 };
  it.each<[string, LearningRateSchedule, LearningRateSchedule]>([
    ["with another end", cosineDecay(cosine), cosineDecay({ ...cosine, decaySteps: 12 })],
    [
      "with another fall later on",
      oneCycle({ ...cycle, riseShare: 0.9 }),
      oneCycle({ ...cycle, riseShare: 0.9, finalDivFactor: 5 }),
    ],
    ["of another kind", cosineDecay(cosine), oneCycle(cycle)],
    ["in place of one's own", falling, oneCycle(cycle)],
  ])("of this library is refused %s", async (_, before, after) => {
    const store = await crashed(plain, scheduled(before, "step"));
    await expect(run(store, plain, scheduled(after, "step"))).rejects.toThrow(
      /the callbacks of the checkpoint that keep a state/,
    );
  });

  it("of this library goes on with options in another order", async () => {
    const store = await crashed(plain, scheduled(cosineDecay(cosine), "step"));
    const again = cosineDecay({ decaySteps: 10, initialLearningRate: 0.01 });
    await run(store, plain, scheduled(again, "step"));
  });

  it("is refused if there is none any more", async () => {
    const store = await crashed(plain, scheduled(falling));
    await expect(run(store, plain)).rejects.toThrow(/learningRateScheduler/);
  });
});
