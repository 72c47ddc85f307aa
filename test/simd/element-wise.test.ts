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
  erf: tf.erf,
  stepTo: (x: tf.Tensor) => tf.step(x, 0.25),
  clip: (x: tf.Tensor) => tf.clipByValue(x, -0.5, 0.7),
};

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum },
  ...{ minimum: tf.minimum, squaredDifference: tf.squaredDifference, prelu: tf.prelu },
  ...{ equal: tf.equal, notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual },
  ...{ greater: tf.greater, greaterEqual: tf.greaterEqual, floorDiv: tf.floorDiv, mod: tf.mod },
  pow: tf.pow,
};

/** What is also there for int32; tf.div of integers is floorDiv. */
const INT32: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, floorDiv: tf.floorDiv, mod: tf.mod },
  ...{ maximum: tf.maximum, minimum: tf.minimum, squaredDifference: tf.squaredDifference },
  ...{ equal: tf.equal, notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual },
  ...{ greater: tf.greater, greaterEqual: tf.greaterEqual },
};

const BOOL: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  ...{ and: tf.logicalAnd, or: tf.logicalOr, xor: tf.logicalXor, equal: tf.equal },
  ...{ notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual, greater: tf.greater },
  greaterEqual: tf.greaterEqual,
};

/** Of one input; of float32 they give bool. */
const PREDICATES = { isNaN: tf.isNaN, isInf: tf.isInf, isFinite: tf.isFinite };

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
  [[17], [2000, 17]],
  [
    [150, 127],
    [1, 127],
  ],
  [
    [2, 70, 16],
    [2, 1, 16],
  ],
  [[3, 128], [128]],
  [[3, 129], [129]],
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

  it.each(Object.entries(INT32))("%s of int32 is what the cpu backend gives", async (name, op) => {
    for (const [a, b] of PAIRS) {
      const compute = (): tf.Tensor =>
        op(random(a as [], { dtype: "int32" }), random(b as [], { seed: 1, dtype: "int32" }));
      await expectSameAsCpu(`${name} [${a.join()}] [${b.join()}]`, compute, { rtol: 0, atol: 0 });
    }
  });

  it("wraps around where int32 ends, and divides by 0 to 0", async () => {
    const edge = (): tf.Tensor => tf.tensor1d([2147483647, -2147483648, 5, -5, 0], "int32");
    for (const other of [1, -1, 0, 3, -3, 2147483647]) {
      const b = (): tf.Tensor => tf.scalar(other, "int32");
      for (const [name, op] of Object.entries({ add: tf.add, div: tf.div, mod: tf.mod })) {
        await expectSameAsCpu(`${name} ${other}`, () => op(edge(), b()), { rtol: 0, atol: 0 });
      }
    }
  });

  it.each(Object.entries(BOOL))("%s of bool broadcasts like the cpu backend", async (name, op) => {
    for (const [a, b] of PAIRS) {
      const compute = (): tf.Tensor =>
        op(random(a as [], { dtype: "bool" }), random(b as [], { seed: 1, dtype: "bool" }));
      await expectSameAsCpu(`${name} [${a.join()}] [${b.join()}]`, compute);
    }
  });

  it("maps int32, and tells numbers from what is none", async () => {
    const values = [NaN, Infinity, -Infinity, 0, -0, 1e-45, 3e38];
    for (const length of LENGTHS) {
      const x = (): tf.Tensor => random([length], { dtype: "int32" });
      const exact = { rtol: 0, atol: 0 };
      for (const op of [tf.neg, tf.abs, tf.square, tf.sign, tf.relu]) {
        await expectSameAsCpu(`${op.name} ${length}`, () => op(x()), exact);
      }
      await expectSameAsCpu("clip", () => tf.clipByValue(x(), -9, 20), exact);
      await expectSameAsCpu("to bool", () => tf.cast(x(), "bool"), exact);
      for (const [name, op] of Object.entries(PREDICATES)) {
        const floats = (): tf.Tensor =>
          tf.tensor1d(Array.from({ length }, (_, i) => values[i % values.length]));
        await expectSameAsCpu(`${name} ${length}`, () => op(floats()), exact);
      }
    }
  });

  it("truncates to int32 as JavaScript does, beyond its range, too", async () => {
    const values = [
      0.9,
      -0.9,
      2147483648,
      -2147483904,
      4294967808,
      1e12,
      -1e20,
      3e38,
      NaN,
      Infinity,
    ];
    const compute = (): tf.Tensor => tf.cast(tf.tensor1d(values), "int32");
    await expectSameAsCpu("cast", compute, { rtol: 0, atol: 0 });
  });

  it("raises any base to any power as JavaScript does", async () => {
    const some = [0, -0, 1, -1, 2, -2, 0.5, -2.5, 3, 1e-40, 1e30, Infinity, -Infinity, NaN];
    const bases = (): tf.Tensor => tf.tensor2d(some.map((x) => [x]));
    await expectSameAsCpu("pow", () => tf.pow(bases(), tf.tensor1d(some)));
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
      const whole = (): tf.Tensor => tf.cast(y(), "int32");
      await expectSameAsCpu("where int32", () => tf.where(positive(), whole(), tf.neg(whole())));
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

  it("computes mixed dtypes and strings with the cpu backend's kernels", async () => {
    await expectSameAsCpu("int32", () =>
      tf.add(tf.tensor1d([1, 2], "int32"), tf.scalar(3, "int32")),
    );
    await expectSameAsCpu("mixed", () => tf.add(tf.tensor1d([1, 2], "int32"), random([2])));
    await expectSameAsCpu("strings", () => tf.equal(tf.tensor1d(["a", "b"]), tf.scalar("b")));
  });
});
