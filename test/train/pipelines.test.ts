/** What happens to bad batches of a user's own pipeline, and to models that are gone or busy. */
import * as tf from "@tensorflow/tfjs-core";
import type { TensorContainer } from "@tensorflow/tfjs-core";
import { array, type Dataset, generator as datasetOf } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ArgumentError,
  type CifarKitError,
  evaluate,
  findLearningRate,
  predict,
  toDataset,
  trainPhase,
  TrainingError,
  trainTwoPhase,
} from "cifar-kit";
import { NODE_BACKENDS, useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const train = tinyImages(24);
const models: LayersModel[] = [];
const network = (): LayersModel => {
  models.push(tinyModel({ seed: 4 }));
  return models.at(-1)!;
};
afterEach(() => {
  for (const model of models.splice(0)) {
    if (!model.weights.some((weight) => isGone(weight))) model.dispose();
  }
});

function isGone(weight: { read(): tf.Tensor }): boolean {
  try {
    return weight.read().isDisposed;
  } catch {
    return true;
  }
}

const weightsOf = (m: LayersModel): number[] => m.getWeights().flatMap((w) => [...w.dataSync()]);

/** Two batches: a good one, then one that is not. */
const pipeline = (xs: () => tf.Tensor, ys: () => tf.Tensor) =>
  datasetOf(function* () {
    yield { xs: tf.fill([2, 8, 8, 3], 0.5), ys: tf.tensor1d([0, 1], "int32") };
    yield { xs: xs(), ys: ys() };
  });

const good = () => tf.fill([2, 8, 8, 3], 0.5);
const labels = () => tf.tensor1d([1, 2], "int32");
const withNaN = (): tf.Tensor =>
  tf.tidy(() => tf.concat([tf.fill([2, 8, 8, 2], 0.5), tf.fill([2, 8, 8, 1], NaN)], 3));

const CASES: [string, () => tf.Tensor, () => tf.Tensor, RegExp][] = [
  ["NaN pixels", withNaN, labels, /finite pixels in batch 2 of the epoch, got NaN/],
  [
    "images of another shape",
    () => tf.zeros([2, 8, 9, 3]),
    labels,
    /xs of shape \[batch, 8, 8, 3\]/,
  ],
  ["a label out of range", good, () => tf.tensor1d([1, 3], "int32"), /in 0\.\.2 in batch 2.*got 3/],
  [
    "a negative label",
    good,
    () => tf.tensor1d([-1, 0], "int32"),
    /whole numbers in 0\.\.2.*got -1/,
  ],
  ["a label between two classes", good, () => tf.tensor1d([0.5, 1]), /whole numbers.*a fraction/],
  ["a label of NaN", good, () => tf.tensor1d([NaN, 1]), /finite labels in batch 2/],
  ["rows that sum to 3", good, () => tf.ones([2, 3]), /sum to 1 in batch 2.*sum to 3/],
  [
    "rows below 0",
    good,
    () =>
      tf.tensor2d([
        [-1, 1, 1],
        [0, 0, 1],
      ]),
    /sum to 1.*got -1/,
  ],
  ["rows of another width", good, () => tf.zeros([2, 4]), /ys of shape \[batch\] or \[batch, 3\]/],
];

describe.each(NODE_BACKENDS)("a pipeline on %s", (backend) => {
  it.each(CASES)("is refused before the step for %s", async (_, xs, ys, message) => {
    await useBackend(backend);
    const [bad, clean] = [network(), network()];
    const run = trainPhase(bad, { train: pipeline(xs, ys), epochs: 2, verbose: 0 });
    const error: CifarKitError = await run.then(
      () => expect.fail("resolved"),
      (cause: unknown) => cause as CifarKitError,
    );
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toMatch(/^trainPhase: /);
    expect(error.message).toMatch(message);
    // What the good batch taught is there; the bad one has changed nothing.
    await trainPhase(clean, {
      ...{ train: pipeline(good, labels).take(1), epochs: 1, verbose: 0 },
    });
    expect(weightsOf(bad)).toEqual(weightsOf(clean));
  });

  it.each(CASES)(
    "is refused by evaluate for %s, without a tensor left",
    async (_, xs, ys, message) => {
      await useBackend(backend);
      const model = network();
      const { numTensors } = tf.memory();
      await expect(evaluate(model, pipeline(xs, ys))).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(numTensors);
    },
  );

  it("of NaN in a tensor or in the weights gives no prediction", async () => {
    await useBackend(backend);
    const model = network();
    const pixels = withNaN();
    await expect(predict(model, pixels)).rejects.toThrow(/predict: expected finite pixels/);
    pixels.dispose();
    const dense = model.layers.at(-1)!;
    dense.setWeights(dense.getWeights().map((weight) => tf.fill(weight.shape, NaN)));
    await expect(predict(model, train)).rejects.toThrow(
      /finite probabilities.*weights contain NaN/,
    );
  });
});

describe("a pipeline without an end", () => {
  const endless = (): Dataset<TensorContainer> =>
    array([0, 1, 2, 0])
      .map((label) => ({ xs: tf.fill([8, 8, 3], 0.5), ys: tf.scalar(label as number, "int32") }))
      .batch(2)
      .repeat();

  it("is refused wherever it would be gone through, with advice that helps", async () => {
    await useBackend("wasm");
    const model = network();
    const calls: Record<string, (data: Dataset<TensorContainer>) => Promise<unknown>> = {
      trainPhase: (data) => trainPhase(model, { train: data, epochs: 1, verbose: 0 }),
      "trainPhase's validation": (data) =>
        trainPhase(model, { train, validation: data, epochs: 1, stepsPerEpoch: 1, verbose: 0 }),
      "trainTwoPhase's validation": (data) =>
        trainTwoPhase(model, {
          ...{ train, validation: data, epochs: [1, 0], stepsPerEpoch: 1, verbose: 0 },
        }),
      evaluate: (data) => evaluate(model, data),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { numTensors } = tf.memory();
      const error: unknown = await call(endless()).catch((cause: unknown) => cause);
      expect(error, name).toBeInstanceOf(ArgumentError);
      expect(String(error)).toMatch(/a dataset with an end.*for ever.*\.take\(batches\)/);
      expect(tf.memory().numTensors, name).toBe(numTensors);
      await call(endless().take(2));
    }
    await trainPhase(model, { train: endless(), epochs: 2, stepsPerEpoch: 3, verbose: 0 });
  });

  it("may be a set's, whose number of batches is known", async () => {
    await useBackend("wasm");
    const dataset = toDataset(train, { batchSize: 10 });
    expect(dataset.size).toBe(3);
    await expect(evaluate(network(), dataset.repeat())).rejects.toThrow(/a dataset with an end/);
    expect((await evaluate(network(), dataset.repeat(2))).yTrue).toHaveLength(48);
  });

  it("is enough for findLearningRate, which ends by itself", async () => {
    await useBackend("wasm");
    const range = await findLearningRate(network(), {
      train: endless(),
      steps: 5,
      stopFactor: 1e9,
    });
    expect(range.losses).toHaveLength(5);
  });
});

it.each([NaN, -5])("weights of %d are refused before the step", async (weight) => {
  await useBackend("wasm");
  const model = network();
  const before = weightsOf(model);
  const data = datasetOf(function* () {
    yield { xs: good(), ys: labels(), sampleWeight: tf.tensor1d([1, weight]) };
  });
  const run = trainPhase(model, { train: data, epochs: 1, verbose: 0 });
  await expect(run).rejects.toThrow(/finite weights of at least 0 in batch 1/);
  expect(weightsOf(model)).toEqual(before);
});

describe("a model", () => {
  it("that has been disposed is refused at every door", async () => {
    await useBackend("wasm");
    const model = network();
    model.dispose();
    const calls: Record<string, () => Promise<unknown>> = {
      trainPhase: () => trainPhase(model, { train, epochs: 1 }),
      trainTwoPhase: () => trainTwoPhase(model, { train }),
      evaluate: () => evaluate(model, train),
      predict: () => predict(model, train),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ArgumentError);
      expect(String(error)).toContain(
        `${name}: expected a live model, got one that has been disposed`,
      );
    }
  });

  it("that is disposed while it is trained ends the run with an error that says so", async () => {
    await useBackend("wasm");
    const model = network();
    const run = trainPhase(model, {
      ...{ train, epochs: 3, batchSize: 8, verbose: 0 },
      callbacks: [
        {
          onBatchEnd: () => {
            if (!isGone(model.weights[0])) model.dispose();
          },
        },
      ],
    });
    const error: unknown = await run.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TrainingError);
    expect(String(error)).toContain("got one that was disposed meanwhile");
  });

  it("is trained by one call at a time", async () => {
    await useBackend("wasm");
    const model = network();
    const options = { train, epochs: 1, batchSize: 8, verbose: 0 } as const;
    const first = trainPhase(model, options);
    await expect(trainPhase(model, options)).rejects.toThrow(/whose training has not ended/);
    await first;
    await trainPhase(model, options);
  });

  it("whose layers are all frozen is refused", async () => {
    await useBackend("wasm");
    const model = network();
    model.layers.forEach((layer) => (layer.trainable = false));
    await expect(trainPhase(model, { train, epochs: 1 })).rejects.toThrow(/layers are all frozen/);
  });
});

describe("callbacks", () => {
  class Misspelt {
    onEpochFinish(): void {
      // Nobody calls it.
    }
  }

  it.each([
    [{ onEpochEnd: "log" }, /onEpochEnd to be a function, got "log"/],
    [{ onEpochend: () => undefined, onTrainBegin: () => undefined }, undefined],
    [{ onEpochEnded: () => undefined }, /hooks out of .*, got onEpochEnded/],
    [{ on_epoch_end: () => undefined }, /hooks out of .*, got on_epoch_end/],
    [new (class Child extends Misspelt {})(), /hooks out of .*, got onEpochFinish/],
    [new Date(0), /hooks out of .*, got a Date; pass an object/],
    [new Map(), /hooks out of .*, got a Map; pass an object/],
    [/on/, /hooks out of .*, got a RegExp; pass an object/],
    [new Uint8Array(2), /hooks out of .*, got Uint8Array\(2\); pass an object/],
    [Promise.resolve({}), /hooks out of .*, got a Promise; await it/],
    [{ atEnd: () => undefined }, /hooks out of .*, got atEnd;/],
  ])("with hooks that would never be called are refused: %j", async (callback, message) => {
    await useBackend("wasm");
    const run = trainPhase(network(), {
      ...{ train, epochs: 1, verbose: 0, callbacks: [callback as never] },
    });
    await expect(run).rejects.toThrow(message ?? /hooks out of .*, got onEpochend/);
  });

  it("are all told that a run has ended, whatever one of them throws", async () => {
    await useBackend("wasm");
    const told: string[] = [];
    const run = trainPhase(network(), {
      ...{ train, epochs: 1, verbose: 0 },
      callbacks: [
        {
          onRunEnd: () => {
            throw new Error("first");
          },
        },
        {
          onRunEnd: () => {
            told.push("second");
            throw new Error("second");
          },
        },
        { onRunEnd: () => void told.push("third") },
      ],
    });
    await expect(run).rejects.toThrow("first");
    expect(told).toEqual(["second", "third"]);
  });
});

describe("data that hold too little", () => {
  beforeAll(() => useBackend("cpu"));
  const batches = (...elements: unknown[]): Dataset<never> =>
    datasetOf(function* () {
      yield* elements as never[];
    } as never) as never;
  const pixels = (n: number): tf.Tensor => tf.fill([n, 8, 8, 3], 0.5);

  it.each<[string, (model: LayersModel, data: never) => Promise<unknown>]>([
    ["predict", (model, data) => predict(model, data)],
    ["evaluate", (model, data) => evaluate(model, data)],
  ])("are refused by name, and no tensor is lost: %s", async (_, ask) => {
    const model = network();
    const before = tf.memory().numTensors;
    await expect(ask(model, batches() as never)).rejects.toThrow(/expected at least one batch/);
    const empty = (): unknown => ({ xs: pixels(0), ys: tf.zeros([0]) });
    await expect(ask(model, batches(empty()) as never)).rejects.toThrow(
      /at least one image in batch 1 of the epoch, got none/,
    );
    const texts = { xs: pixels(1), ys: tf.tensor(["cat"]) };
    await expect(ask(model, batches(texts) as never)).rejects.toThrow(/ys text \[1\]/);
    const complex = (): tf.Tensor => tf.tidy(() => tf.complex(pixels(1), pixels(1)));
    const odd = { xs: complex(), ys: tf.zeros([1]) };
    await expect(ask(model, batches(odd) as never)).rejects.toThrow(/xs complex \[1, 8, 8, 3\]/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("are refused by predict as tensors that are no numbers", async () => {
    for (const odd of [tf.tensor(["cat"]), tf.complex(pixels(1), pixels(1))]) {
      await expect(predict(network(), odd)).rejects.toThrow(/a live tensor of numbers/);
    }
  });

  it("are enough for predict without labels", async () => {
    const model = network();
    const { probabilities } = await predict(model, batches({ xs: pixels(2), ys: tf.zeros([2]) }));
    const before = tf.memory().numTensors;
    for (const element of [{ xs: pixels(2) }, [pixels(2)], pixels(2)]) {
      expect((await predict(model, batches(element))).probabilities).toEqual(probabilities);
    }
    expect(tf.memory().numTensors).toBe(before);
    await expect(evaluate(model, batches({ xs: pixels(2) }))).rejects.toThrow(/ys undefined/);
  });

  it.each([null, 0, NaN, ""])("are no validation data: %s", async (validation) => {
    const run = trainPhase(network(), {
      train,
      epochs: 1,
      verbose: 0,
      validation: validation as never,
    });
    await expect(run).rejects.toThrow(/labelled images as an ImageSet/);
  });

  it.each([
    ["nothing", undefined],
    ["a promise", Promise.resolve()],
    ["a list", []],
  ])("are no flow of an augmenter: %s", async (_, flow) => {
    const augmentation = { flow: () => flow as never };
    const options = { train, epochs: 1, verbose: 0, batchSize: 8, augmentation } as const;
    const run = trainPhase(network(), options);
    await expect(run).rejects.toThrow(/expected a flow, with methods batch and epoch/);
  });
});
