/** A network that cannot be built or loaded leaves nothing on the device, wherever it fails. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adam, buildCifarModel, loadModel, withKerasLayers } from "cifar-kit";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyModel } from "../helpers/tiny.ts";

type Artifacts = tf.io.ModelArtifacts;

beforeAll(() => useBackend("cpu"));

async function expectNothingLeft(call: () => unknown, message: RegExp): Promise<void> {
  const { numTensors, numBytes } = tf.memory();
  const error: unknown = await (async () => await call())().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(String(error)).toMatch(message);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
}

/** Has the backend fail at the `n`-th array from now on; false if there were fewer. */
async function failingAt(n: number, call: () => unknown): Promise<boolean> {
  const device = tf.backend() as unknown as { write: (...args: unknown[]) => unknown };
  const { write } = device;
  let left = n;
  device.write = (...args) => {
    if (left-- === 0) throw new Error("the device is lost");
    return write.apply(device, args);
  };
  try {
    await call();
  } catch {
    // Whatever is said of it.
  } finally {
    device.write = write;
  }
  return left < 0;
}

describe("buildCifarModel", () => {
  it.each([
    [{ learningRate: -1 }, /learningRate/],
    [{ compile: "no" }, /compile/],
    [{ seed: 0.5 }, /seed/],
    [{ dropoutRate: 1 }, /dropoutRate/],
    [{ filters: [4, 0] }, /filters\[1\]/],
    [{ extra: 1 }, /extra/],
    [{ denseUnits: 2 ** 28 }, /weights/],
  ])("refuses %j without a trace", async (options, message) => {
    await expectNothingLeft(
      () => buildCifarModel({ inputShape: [8, 8, 3], filters: [4], ...options } as never),
      message,
    );
  });

  it("leaves nothing when the device fails, at whichever call", async () => {
    const build = (): void => void tinyModel({ filters: [2], denseUnits: 4 });
    const { numTensors } = tf.memory();
    let failures = 0;
    while (await failingAt(failures, build)) {
      expect(tf.memory().numTensors - numTensors, `call ${failures}`).toBe(0);
      failures++;
    }
    expect(failures).toBeGreaterThan(10);
  });
});

// tfjs-layers exports the class of an initializer only as a type.
const Ones = tfl.initializers.ones().constructor as new () => ReturnType<
  typeof tfl.initializers.ones
>;

/** Fills with ones, until it is told to fail. */
class Fragile extends Ones {
  static readonly className = "FragileOfTests";
  static fails = false;
  override apply(shape: tfl.Shape): tf.Tensor {
    if (Fragile.fails) throw new Error("no value today");
    return tf.ones(shape as number[]);
  }
}

/** Fails when it is built, until which it holds a weight. */
class FragileLayer extends tfl.layers.Layer {
  static readonly className = "FragileLayerOfTests";
  static fails = false;
  override build(shape: tfl.Shape): void {
    this.addWeight("scale", [3], "float32", tfl.initializers.ones());
    if (FragileLayer.fails) throw new Error("not today");
    super.build(shape);
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.clone(Array.isArray(inputs) ? inputs[0] : inputs);
  }
}

describe("loadModel", () => {
  let good: Artifacts;
  beforeAll(async () => {
    tf.serialization.registerClass(Fragile as never);
    tf.serialization.registerClass(FragileLayer);
    const model = withKerasLayers(
      tfl.sequential({
        layers: [
          tfl.layers.dense({ units: 3, inputShape: [4], activation: "relu", name: "first" }),
          tfl.layers.batchNormalization({ name: "norm" }),
          new FragileLayer({ name: "fragile" }),
          tfl.layers.dense({
            ...{ units: 2, name: "last", activation: "softmax" },
            kernelInitializer: new Fragile(),
          }),
        ],
      }),
    );
    model.compile({ optimizer: adam(), loss: "sparseCategoricalCrossentropy", metrics: ["acc"] });
    const [xs, ys] = [tf.ones([2, 4]), tf.tensor1d([0, 1])];
    await model.trainOnBatch(xs, ys);
    good = await artifactsOf(model);
    tf.dispose([xs, ys]);
    model.dispose();
  });
  beforeEach(() => {
    Fragile.fails = FragileLayer.fails = false;
  });

  const handlerOf = (artifacts: Artifacts): tf.io.IOHandler => ({
    load: () => Promise.resolve(structuredClone(artifacts)),
  });
  const specs = (change: (specs: tf.io.WeightsManifestEntry[]) => unknown): Artifacts => {
    const copy = structuredClone(good);
    change(copy.weightSpecs!);
    return copy;
  };
  const training = (change: (config: Record<string, unknown>) => unknown): Artifacts => {
    const copy = structuredClone(good);
    change(copy.trainingConfig as unknown as Record<string, unknown>);
    return copy;
  };
  const topology = (from: string, to: string): Artifacts => {
    const written = JSON.stringify(good.modelTopology);
    expect(written).toContain(from);
    return { ...good, modelTopology: JSON.parse(written.replace(from, to)) as never };
  };
  const without = (name: RegExp) => (list: tf.io.WeightsManifestEntry[]) =>
    list.splice(
      list.findIndex((spec) => name.test(spec.name)),
      1,
    );

  it("loads what the cases below spoil", async () => {
    const before = tf.memory().numTensors;
    (await loadModel(handlerOf(good))).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  const CASES: [string, () => tf.io.IOHandler, RegExp][] = [
    [
      "a handler that throws",
      () => ({
        load: () => {
          throw new Error("gone");
        },
      }),
      /gone/,
    ],
    ["a handler that rejects", () => ({ load: () => Promise.reject(new Error("gone")) }), /gone/],
    [
      "a handler that gives nothing",
      () => ({ load: () => Promise.resolve(undefined) as never }),
      /topology/,
    ],
    [
      "weights that end early",
      () => handlerOf({ ...good, weightData: (good.weightData as ArrayBuffer).slice(0, 20) }),
      /loadModel/,
    ],
    [
      "no weights at all",
      () => handlerOf({ ...good, weightData: new ArrayBuffer(0) }),
      /loadModel/,
    ],
    ["a weight that is missing", () => handlerOf(specs(without(/last\/bias$/))), /loadModel/],
    [
      "a weight too many",
      () => handlerOf(specs((list) => (list[0].name = "stranger/kernel"))),
      /loadModel/,
    ],
    [
      "a weight of another shape",
      () => handlerOf(specs((list) => (list[0].shape = [3, 4]))),
      /loadModel/,
    ],
    [
      "a weight of another type",
      () => handlerOf(specs((list) => (list[0].dtype = "string"))),
      /loadModel/,
    ],
    [
      "a moment that is missing",
      () => handlerOf(specs((list) => list.pop())),
      /saved state for the 7 weights/,
    ],
    [
      "a moment of another shape",
      () => handlerOf(specs((list) => (list.at(-1)!.shape = [1, 2]))),
      /saved state for the 7 weights/,
    ],
    ["another loss", () => handlerOf(training((config) => (config.loss = "regret"))), /regret/],
    [
      "another metric",
      () => handlerOf(training((config) => (config.metrics = ["regret"]))),
      /regret/,
    ],
    [
      "another optimizer",
      () =>
        handlerOf(
          training((config) => (config.optimizer_config = { class_name: "Regret", config: {} })),
        ),
      /Regret/,
    ],
    [
      "no optimizer",
      () => handlerOf(training((config) => delete config.optimizer_config)),
      /loadModel/,
    ],
    [
      "a layer that is unknown",
      () => handlerOf(topology('"class_name":"BatchNormalization"', '"class_name":"Regret"')),
      /Regret/,
    ],
    ["an activation that is unknown", () => handlerOf(topology('"softmax"', '"regret"')), /regret/],
    ["units that are none", () => handlerOf(topology('"units":2', '"units":-2')), /loadModel/],
    [
      "an initializer that throws",
      () => (
        (Fragile.fails = true),
        handlerOf({ ...good, weightData: undefined, weightSpecs: undefined })
      ),
      /no value today/,
    ],
    [
      "a layer that throws when it is built",
      () => ((FragileLayer.fails = true), handlerOf(good)),
      /not today/,
    ],
  ];

  it.each(CASES)("leaves nothing of %s", async (_, handler, message) => {
    await expectNothingLeft(() => loadModel(handler()), message);
  });

  it("leaves nothing when the device fails, at whichever call", async () => {
    const { numTensors } = tf.memory();
    const load = async (): Promise<void> => {
      await loadModel(handlerOf(good));
    };
    let failures = 0;
    while (await failingAt(failures, load)) {
      expect(tf.memory().numTensors - numTensors, `call ${failures}`).toBe(0);
      failures++;
    }
    expect(failures).toBeGreaterThan(10);
  });
});
