/** A learning rate that is none, set past the context on an optimizer of TensorFlow.js, ends the run at once. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { ArgumentError } from "cifar-kit";
import { checkLearningRate } from "../../src/model/learning-rate.ts";
import { useBackend } from "../helpers/backends.ts";

beforeAll(() => useBackend("cpu"));

const STOCK: Record<string, () => tf.Optimizer> = {
  sgd: () => new tf.SGDOptimizer(0.1),
  momentum: () => new tf.MomentumOptimizer(0.1, 0.9),
  rmsprop: () => new tf.RMSPropOptimizer(0.1),
  adam: () => new tf.AdamOptimizer(0.1, 0.9, 0.999),
  adamax: () => new tf.AdamaxOptimizer(0.1, 0.9, 0.999),
  adagrad: () => new tf.AdagradOptimizer(0.1),
  adadelta: () => new tf.AdadeltaOptimizer(0.1, 0.9),
};

it.each(Object.keys(STOCK))("%s", (name) => {
  const optimizer = STOCK[name]();
  const set = optimizer as unknown as { learningRate: unknown };
  const check = (): void => {
    checkLearningRate("test", optimizer);
  };
  expect(check).not.toThrow();
  for (const rate of ["0.0005", NaN, -1, Infinity]) {
    set.learningRate = rate;
    expect(check, String(rate)).toThrow(ArgumentError);
  }
  set.learningRate = 0;
  expect(check).not.toThrow();
  optimizer.dispose();
});
