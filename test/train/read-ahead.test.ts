/** tf.data pipelines that read ahead leave nothing behind, however a call ends. */
import * as tf from "@tensorflow/tfjs-core";
import type { TensorContainer } from "@tensorflow/tfjs-core";
import { type Dataset, generator as datasetOf, zip } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { evaluate, findLearningRate, trainPhase } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyModel } from "../helpers/tiny.ts";

type Data = Dataset<TensorContainer>;
/** A type, not an interface, so that it counts as a container of tensors. */
type Example = { readonly xs: tf.Tensor; readonly ys: tf.Tensor };

const examples = (count = 24): Dataset<Example> =>
  datasetOf(function* () {
    for (let i = 0; i < count; i++) {
      yield { xs: tf.fill([8, 8, 3], i / count), ys: tf.scalar(i % 3, "int32") };
    }
  });
const twice = ({ xs, ys }: Example): Example => ({ xs: tf.clone(xs), ys: tf.clone(ys) });

const PIPELINES: Record<string, () => Data> = {
  "prefetch alone": () => examples().batch(4).prefetch(3),
  "shuffle before the batches, prefetch after them": () =>
    examples().shuffle(8, "seed").batch(4).prefetch(2),
  "shuffle of batches": () => examples().batch(4).shuffle(3, "seed"),
  "prefetch of examples": () => examples().prefetch(5).map(twice).batch(4),
  "prefetch that is cut": () => examples().batch(4).prefetch(3).take(5),
  "prefetch twice, with a filter and a skip": () =>
    examples(40)
      .prefetch(4)
      .skip(3)
      .filter(() => true)
      .batch(4)
      .prefetch(2),
  "an asynchronous map": () =>
    examples()
      .batch(4)
      .mapAsync(async (batch) => {
        const { xs, ys } = batch as Example;
        await xs.data();
        return { xs: xs.clone(), ys: ys.clone() };
      })
      .prefetch(4),
  "one repeated": () => examples().shuffle(6, "seed").batch(4).repeat(3).prefetch(2),
  "two zipped": () =>
    zip<Example[]>([examples().prefetch(3), examples().shuffle(4, "seed")])
      .map((pair) => twice(pair[0]))
      .batch(4),
  "two in an object": () =>
    zip<Example>({
      xs: examples()
        .map(({ xs }) => tf.clone(xs))
        .batch(4)
        .prefetch(2),
      ys: examples()
        .map(({ ys }) => tf.clone(ys))
        .batch(4)
        .prefetch(3),
    }),
  "two one after the other": () =>
    examples().batch(4).prefetch(2).concatenate(examples().batch(4).prefetch(3)),
  "elements that hold more than a batch": () =>
    examples()
      .batch(4)
      .map((batch) => {
        const { xs, ys } = batch as Example;
        return { xs, ys, place: tf.scalar(1) };
      })
      .prefetch(2),
};

let model: LayersModel;
beforeAll(async () => {
  await useBackend("wasm");
  model = tinyModel({ filters: [2], denseUnits: 4 });
  // What the first run makes for good: slots of the optimizer.
  await trainPhase(model, { train: examples().batch(4).take(1), epochs: 1, verbose: 0 });
});
afterAll(() => {
  model.dispose();
});

async function expectNothingLeft(name: string, call: () => Promise<unknown>): Promise<void> {
  const { numTensors } = tf.memory();
  await call();
  expect(tf.memory().numTensors - numTensors, name).toBe(0);
}

const options = { epochs: 1, verbose: 0 } as const;

it.each(Object.entries(PIPELINES))("of %s, nothing is left", async (_, pipeline) => {
  const calls: Record<string, () => Promise<unknown>> = {
    "whole epochs": () => trainPhase(model, { ...options, train: pipeline() }),
    "parts of epochs": () =>
      trainPhase(model, { ...options, epochs: 2, train: pipeline(), stepsPerEpoch: 1 }),
    evaluate: () => evaluate(model, pipeline()),
    "a signal": () => {
      const { signal, abort } = abortion();
      return trainPhase(model, {
        ...{ ...options, train: pipeline(), signal },
        callbacks: [{ onBatchEnd: abort }],
      }).catch((error: unknown) => {
        expect(error).toBe(signal.reason);
      });
    },
  };
  for (const [name, call] of Object.entries(calls)) await expectNothingLeft(name, call);
});

it("nothing is left however the call ends", async () => {
  const pipeline = PIPELINES["shuffle before the batches, prefetch after them"];
  const stop = new Error("stopped by the test");
  const calls: Record<string, () => Promise<unknown>> = {
    "more than the pipeline has": () =>
      trainPhase(model, { ...options, train: pipeline(), stepsPerEpoch: 7 }),
    "a validation": () =>
      trainPhase(model, {
        ...{ ...options, train: pipeline(), validation: pipeline(), stepsPerEpoch: 1 },
      }),
    findLearningRate: () => findLearningRate(model, { train: pipeline(), steps: 4 }),
    "a callback that throws": () =>
      trainPhase(model, {
        ...{ ...options, train: pipeline(), stepsPerEpoch: 3 },
        callbacks: [{ onBatchEnd: () => Promise.reject(stop) }],
      }).catch((error: unknown) => {
        expect(error).toBe(stop);
      }),
    "a signal during the validation": () => {
      const { signal, abort } = abortion();
      return trainPhase(model, {
        ...{ ...options, train: pipeline(), validation: pipeline(), signal },
        callbacks: [{ onTestBegin: abort }],
      }).catch((error: unknown) => {
        expect(error).toBe(signal.reason);
      });
    },
  };
  for (const [name, call] of Object.entries(calls)) await expectNothingLeft(name, call);
});

function abortion(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}

it("of one whose elements are wrong, or that fails ahead of the training, nothing is left", async () => {
  const wrong = (): Data =>
    examples()
      .batch(4)
      .map((batch) => ({ xs: (batch as Example).xs, place: tf.scalar(1) }))
      .prefetch(3);
  await expectNothingLeft("wrong", async () => {
    await expect(trainPhase(model, { train: wrong(), epochs: 1, verbose: 0 })).rejects.toThrow(
      /the dataset to give batches/,
    );
  });
  const failing = (): Data => {
    let batches = 0;
    return examples()
      .batch(4)
      .map((batch) => {
        if (batches++ === 3) throw new Error("a broken picture");
        const { xs, ys } = batch as Example;
        return { xs: tf.clone(xs), ys: tf.clone(ys) };
      })
      .prefetch(1);
  };
  // What tf.data itself holds when the user's function throws is out of reach: one batch.
  const { numTensors } = tf.memory();
  await expect(trainPhase(model, { train: failing(), epochs: 1, verbose: 0 })).rejects.toThrow(
    "a broken picture",
  );
  expect(tf.memory().numTensors - numTensors).toBeLessThanOrEqual(2);
});

it("a source that has no more for now does not keep the run from ending", async () => {
  let made = 0;
  const live = datasetOf(
    () =>
      ({
        next: () =>
          made++ < 2
            ? Promise.resolve({
                done: false,
                value: { xs: tf.fill([2, 8, 8, 3], 0.5), ys: tf.tensor1d([0, 1], "int32") },
              })
            : new Promise(() => undefined),
      }) as never,
  ).prefetch(1);
  await expectNothingLeft("live", () =>
    trainPhase(model, { train: live, epochs: 1, stepsPerEpoch: 1, verbose: 0 }),
  );
});
