import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, numbers, random, useSimd } from "./backends.ts";

/** Lengths around 4 lanes, 16 accumulators, chunks of rows (16384) and of columns (1024). */
const SHAPES: number[][] = [
  ...[[1], [3], [4], [5], [15], [16], [17], [33], [16383], [16384], [16385], [70001]],
  ...[
    [5, 7],
    [1, 9],
    [9, 1],
    [3, 20000],
    [20000, 3],
    [1025, 16],
    [1023, 17],
    [3, 1030],
  ],
  ...[
    [2, 3, 4],
    [3, 1, 5],
    [40, 33, 65],
    [2, 2000, 5],
    [2, 5, 3, 9],
    [1, 6, 1, 7],
    [2, 3, 2, 3, 2],
  ],
];

const FOLDS = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  // Factors near 1, or everything would be 0 or infinite.
  prod: (x: tf.Tensor, axes?: number | number[], keep?: boolean) =>
    tf.prod(tf.add(tf.mul(x, 0.01), 1), axes, keep),
};

/** All choices of axes. */
function subsets(rank: number): number[][] {
  return Array.from({ length: 2 ** rank }, (_, bits) =>
    Array.from({ length: rank }, (_, axis) => axis).filter((axis) => (bits >> axis) & 1),
  );
}

describe("reductions", () => {
  beforeAll(async () => {
    await useSimd();
  });

  it.each(Object.entries(FOLDS))("%s folds any axes", async (name, fold) => {
    const exact = name === "max" || name === "min";
    for (const shape of SHAPES) {
      for (const axes of subsets(shape.length)) {
        const what = `${name} ${shape.join("x")} over ${axes.join()}`;
        const terms = axes.reduce((product, axis) => product * shape[axis], 1);
        // Terms up to 2 in absolute value; means divide by their number.
        const atol = exact ? 0 : (name === "sum" ? 2 * terms : 2) * 2 ** -23;
        const rtol = name === "prod" ? terms * 2 ** -23 + 1e-6 : 0;
        const keep = axes.length % 2 === 1;
        const compute = (): tf.Tensor => fold(random(shape as [], { nan: exact }), axes, keep);
        await expectSameAsCpu(what, compute, { rtol, atol });
      }
    }
  });

  it("folds int32 over any axes", async () => {
    const exact = { rtol: 0, atol: 0 };
    for (const shape of SHAPES) {
      const x = (): tf.Tensor => random(shape as [], { dtype: "int32" });
      const signs = (): tf.Tensor => tf.sub(1, tf.mul(2, tf.cast(tf.less(x(), 0), "int32")));
      for (const axes of subsets(shape.length)) {
        const what = `${shape.join("x")} over ${axes.join()}`;
        for (const fold of [tf.sum, tf.max, tf.min]) {
          await expectSameAsCpu(`${fold.name} ${what}`, () => fold(x(), axes), exact);
        }
        await expectSameAsCpu(`prod ${what}`, () => tf.prod(signs(), axes), exact);
        await expectSameAsCpu(`mean ${what}`, () => tf.mean(x(), axes), { atol: 1e-5 });
      }
    }
  });

  it("multiplies int32 modulo 2^32, however large the product is", async () => {
    await tf.setBackend("simd");
    const product = tf.tidy(() => tf.prod(tf.fill([40], 3, "int32")).dataSync());
    expect([...product]).toEqual([Number(BigInt.asIntN(32, 3n ** 40n))]);
  });

  it("finds the first largest and smallest along any axis", async () => {
    for (const shape of SHAPES) {
      for (let axis = 0; axis < shape.length; axis++) {
        const what = `${shape.join("x")} axis ${axis}`;
        // Rounded, so that there are ties.
        const x = (): tf.Tensor => tf.round(random(shape as [], { nan: true }));
        await expectSameAsCpu(`argMax ${what}`, () => tf.argMax(x(), axis));
        await expectSameAsCpu(`argMin ${what}`, () => tf.argMin(x(), axis));
      }
    }
  });

  it("tells whether all or any hold, over any axes", async () => {
    for (const shape of [...SHAPES, [3, 40, 17], [300, 5], [5, 300]]) {
      for (const axes of subsets(shape.length)) {
        if (axes.length === 0) continue;
        const what = `${shape.join("x")} over ${axes.join()}`;
        for (const limit of [-1.99, 0, 1.99]) {
          const x = (): tf.Tensor => tf.greater(random(shape as []), limit);
          await expectSameAsCpu(`all ${what}`, () => tf.all(x(), axes, limit === 0));
          await expectSameAsCpu(`any ${what}`, () => tf.any(x(), axes, limit === 0));
        }
      }
    }
  });

  it("computes softmax and its logarithm", async () => {
    for (const shape of SHAPES) {
      await expectSameAsCpu(`softmax ${shape.join("x")}`, () => tf.softmax(random(shape as [])));
      const atol = shape[shape.length - 1] * 2 ** -23;
      const compute = (): tf.Tensor => tf.logSoftmax(random(shape as []));
      await expectSameAsCpu(`logSoftmax ${shape.join("x")}`, compute, { atol });
    }
    const huge = (): tf.Tensor => tf.softmax(tf.tensor2d([1000, -1000, 1000, 0, NaN, 1], [2, 3]));
    await expectSameAsCpu("softmax of huge numbers", huge);
  });

  it("adds a million numbers to within a few units in the last place", async () => {
    await tf.setBackend("simd");
    const values = numbers(1_000_000).map(Math.abs);
    const exact = values.reduce((sum, value) => sum + value, 0);
    const sum = tf.tidy(() => tf.sum(tf.tensor1d(values)).dataSync()[0]);
    const column = tf.tidy(() => tf.sum(tf.tensor2d(values, [500_000, 2]), 0).dataSync());
    // Added one by one in float32, the error would be near 1e-4.
    expect(Math.abs(sum - exact) / exact).toBeLessThan(1e-6);
    expect(Math.abs(column[0] + column[1] - exact) / exact).toBeLessThan(1e-5);
  });

  it("sums in float64: means of equal numbers are these numbers", async () => {
    await tf.setBackend("simd");
    const v = random([2000, 1]);
    for (const axis of [1, 0]) {
      const rows = axis === 1 ? v : tf.transpose(v);
      const repeated = tf.tile(rows, axis === 1 ? [1, 100] : [100, 1]);
      expect(tf.mean(repeated, axis).dataSync()).toEqual(v.dataSync());
    }
    expect(tf.sum(tf.tensor1d([1e30, 1, -1e30, 1e8, 1, -1e8])).dataSync()[0]).toBe(1);
  });

  it("leaves empty tensors to the cpu backend", async () => {
    await expectSameAsCpu("sum", () => tf.sum(tf.zeros([3, 0]), 1));
    await expectSameAsCpu("mean", () => tf.mean(tf.zeros([0, 3]), 1));
  });
});
