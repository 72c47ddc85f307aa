import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";

/** Lengths around a vector, around a task of 16384 elements, and none at all. */
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 17, 16383, 16384, 16385, 40001];

const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  ...{ relu: tf.relu, relu6: tf.relu6, elu: tf.elu, selu: tf.selu, step: tf.step },
  ...{ sqrt: tf.sqrt, rsqrt: tf.rsqrt, square: tf.square, neg: tf.neg, abs: tf.abs },
  ...{ exp: tf.exp, expm1: tf.expm1, log: tf.log, log1p: tf.log1p, sigmoid: tf.sigmoid },
  ...{ tanh: tf.tanh, softplus: tf.softplus, reciprocal: tf.reciprocal, floor: tf.floor },
  ...{ ceil: tf.ceil, round: tf.round, sign: tf.sign, onesLike: tf.onesLike },
  ...{ zerosLike: tf.zerosLike, leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.3) },
  stepTo: (x: tf.Tensor) => tf.step(x, 0.25),
  clip: (x: tf.Tensor) => tf.clipByValue(x, -0.5, 0.7),
};

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum },
  ...{ minimum: tf.minimum, squaredDifference: tf.squaredDifference, prelu: tf.prelu },
  ...{ equal: tf.equal, notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual },
  ...{ greater: tf.greater, greaterEqual: tf.greaterEqual },
};

/** Pairs of shapes: equal, scalars, rows, columns, both stretched, several dimensions, none. */
const PAIRS: [number[], number[]][] = [
  [[1], [1]],
  [[3], [3]],
  [[4], [4]],
  [[5], [5]],
  [[1025], [1025]],
  [[], [7]],
  [[5], []],
  [[1], [40000]],
  [[6, 3], [3]],
  [[6, 4], [4]],
  [[200, 130], [130]],
  [
    [200, 130],
    [200, 1],
  ],
  [[7], [5, 1]],
  [
    [2, 3, 4, 5],
    [1, 3, 1, 5],
  ],
  [
    [2, 1, 4, 1],
    [3, 1, 6],
  ],
  [
    [1, 1, 1, 9],
    [4, 5, 6, 1],
  ],
  [
    [3, 20000],
    [3, 1],
  ],
  [[20000, 3], [3]],
  [[0], [0]],
  [[0], [1]],
  [
    [3, 0],
    [3, 1],
  ],
];

describe("element-wise kernels", () => {
  beforeAll(async () => {
    await useSimd();
  });

  it.each(Object.entries(UNARY))("%s agrees with the cpu backend", async (name, op) => {
    // The cpu backend computes softplus as log(1 + exp(x)) and loses digits that ours keeps.
    const atol = name === "softplus" ? 3e-7 : 1e-7;
    for (const length of LENGTHS) {
      await expectSameAsCpu(`${name} ${length}`, () => op(random([length], { nan: true })), {
        atol,
      });
    }
  });

  it.each(Object.entries(BINARY))("%s broadcasts like the cpu backend", async (name, op) => {
    for (const [a, b] of PAIRS) {
      const compute = (): tf.Tensor =>
        op(random(a as [], { nan: true }), random(b as [], { seed: 1 }));
      await expectSameAsCpu(`${name} [${a.join()}] [${b.join()}]`, compute);
    }
  });

  it("refuses shapes that do not broadcast, as tfjs does", async () => {
    await tf.setBackend("simd");
    expect(() => tf.add(random([2, 3]), random([2, 4]))).toThrow(/could not be broadcast/);
  });

  it("selects, combines and converts like the cpu backend", async () => {
    for (const length of LENGTHS) {
      const x = (): tf.Tensor1D => random([length], { nan: true });
      const y = (): tf.Tensor1D => random([length], { seed: 2 });
      const positive = (): tf.Tensor => tf.greater(y(), 0);
      const below = (): tf.Tensor => tf.less(y(), 0.5);
      await expectSameAsCpu("where", () => tf.where(positive(), x(), y()));
      await expectSameAsCpu("and", () => tf.logicalAnd(positive(), below()));
      await expectSameAsCpu("or", () => tf.logicalOr(positive(), below()));
      await expectSameAsCpu("not", () => tf.logicalNot(positive()));
      await expectSameAsCpu("addN", () => tf.addN([x(), y(), x()]));
      await expectSameAsCpu("to bool", () => tf.cast(tf.floor(y()), "bool"));
      await expectSameAsCpu("bool to float32", () => tf.mul(tf.cast(positive(), "float32"), 1.5));
      await expectSameAsCpu("bool to int32", () => tf.add(tf.cast(positive(), "int32"), 1));
      await expectSameAsCpu("int32", () => tf.mul(tf.cast(tf.cast(y(), "int32"), "float32"), 1.5));
    }
  });

  it("computes integers and strings with the cpu backend's kernels", async () => {
    await expectSameAsCpu("int32", () =>
      tf.add(tf.tensor1d([1, 2], "int32"), tf.scalar(3, "int32")),
    );
    await expectSameAsCpu("mixed", () => tf.add(tf.tensor1d([1, 2], "int32"), random([2])));
    await expectSameAsCpu("strings", () => tf.equal(tf.tensor1d(["a", "b"]), tf.scalar("b")));
  });
});
