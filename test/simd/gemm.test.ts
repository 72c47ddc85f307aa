import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";

/** Sizes around the tiles (6 or 5 rows, 8 columns), the blocks (192 x 64, 256 deep) and nothing. */
const SIZES: [m: number, k: number, n: number][] = [
  ...[1, 2, 3, 4, 5, 6, 7, 11, 12, 13].map((m): [number, number, number] => [m, 9, 8]),
  ...[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17].map((n): [number, number, number] => [6, 5, n]),
  ...[1, 255, 256, 257, 513].map((k): [number, number, number] => [7, k, 9]),
  [191, 3, 63],
  [192, 4, 64],
  [193, 5, 65],
  [7, 3, 513],
  [193, 2, 1023],
  [5, 4, 600],
  [32, 2048, 10],
  [1, 300, 1000],
  [1000, 2, 1],
  [3, 5000, 5],
  [130, 1, 17],
  [4, 0, 3],
  [0, 4, 3],
  [3, 4, 0],
];

/** Terms are below 4; a sum of k of them may lose half a unit in the last place at each step. */
const tolerance = (k: number): { rtol: number; atol: number } => ({
  rtol: 0,
  atol: 4 * (k + 1) * 2 ** -23,
});

const shapeOf = (rows: number, columns: number, transposed: boolean): [number, number] =>
  transposed ? [columns, rows] : [rows, columns];

describe.each(["off", "auto"] as const)("matrix products (relaxed SIMD %s)", (relaxedSimd) => {
  beforeAll(() => useSimd({ threads: 2, relaxedSimd }));

  it("agree with the cpu backend around every boundary, in all transposes", async () => {
    for (const [m, k, n] of SIZES) {
      for (const [ta, tb] of [
        [false, false],
        [false, true],
        [true, false],
        [true, true],
      ]) {
        await expectSameAsCpu(
          `${m} x ${k} x ${n}, ${ta ? "A'" : "A"} ${tb ? "B'" : "B"}`,
          () =>
            tf.matMul(
              random<tf.Rank.R2>(shapeOf(m, k, ta), { seed: 1 }),
              random<tf.Rank.R2>(shapeOf(k, n, tb), { seed: 2 }),
              ta,
              tb,
            ),
          tolerance(k),
        );
      }
    }
  });

  it("multiply few rows without packing, in chunks and blocks of any size", async () => {
    for (const m of [1, 2, 7, 8]) {
      for (const [k, n] of [
        [1, 1],
        [3, 5],
        [257, 258],
        [1030, 700],
        [6, 40_001],
      ]) {
        for (const transposeB of [false, true]) {
          const a = (): tf.Tensor2D => random([m, k]);
          const b = (): tf.Tensor2D => random(transposeB ? [n, k] : [k, n], { seed: 1 });
          const bias = (): tf.Tensor1D => random([n], { seed: 2 });
          await expectSameAsCpu(
            `${m} x ${k} x ${n} ${transposeB}`,
            () => [
              tf.matMul(a(), b(), false, transposeB),
              tf.fused.matMul({
                ...{ a: a(), b: b(), bias: bias(), activation: "relu" },
                transposeB,
              }),
            ],
            { atol: 4e-6 * Math.sqrt(k) },
          );
        }
      }
    }
  });

  it("have the same bits whether B is packed at each call or was kept", () => {
    for (const [m, k, n] of [
      [3, 257, 65],
      [7, 130, 1001],
      [9, 1100, 63],
      [200, 513, 17],
    ]) {
      for (const [ta, tb] of [
        [false, false],
        [true, false],
        [false, true],
      ]) {
        const a = random<tf.Rank.R2>(shapeOf(m, k, ta), { seed: 1 });
        const b = random<tf.Rank.R2>(shapeOf(k, n, tb), { seed: 2 });
        const products = [1, 2, 3].map(() => tf.matMul(a, b, ta, tb).dataSync());
        const what = `${m} x ${k} x ${n} ${ta} ${tb}`;
        expect([...products[1]], what).toEqual([...products[0]]);
        expect([...products[2]], what).toEqual([...products[0]]);
      }
    }
  });

  it("follow a B that changes, and tensors of other shapes with the same data", () => {
    const a = random<tf.Rank.R2>([5, 100], { seed: 1 });
    const b = tf.variable(random<tf.Rank.R2>([100, 90], { seed: 2 }));
    const product = (): number[] => [...tf.matMul(a, b).dataSync()];
    const before = [product(), product(), product()];
    const other = random<tf.Rank.R2>([5, 90], { seed: 3 });
    const reshaped = tf.reshape<tf.Rank.R2>(b, [90, 100]);
    const copied = tf.add<tf.Tensor2D>(reshaped, 0);
    for (let i = 0; i < 3; i++) {
      expect([...tf.matMul(other, reshaped).dataSync()]).toEqual([
        ...tf.matMul(other, copied).dataSync(),
      ]);
    }
    b.assign(tf.mul(b, 2));
    expect(product()).toEqual(before[0].map((value) => 2 * value));
    expect(before[2]).toEqual(before[0]);
  });

  it("multiply stacks of matrices, one side repeated where it is alone", async () => {
    for (const [outerA, outerB] of [
      [[3], [3]],
      [[4], [1]],
      [[1], [4]],
      [
        [2, 3],
        [2, 3],
      ],
    ]) {
      await expectSameAsCpu(
        `${String(outerA)} with ${String(outerB)}`,
        () =>
          tf.matMul(
            random([...outerA, 5, 7] as never, { seed: 1 }),
            random([...outerB, 7, 9] as never, { seed: 2 }),
          ),
        tolerance(7),
      );
    }
  });

  it("broadcast outer dimensions against each other", () => {
    const a = random<tf.Rank.R4>([2, 1, 3, 4], { seed: 1 });
    const b = random<tf.Rank.R4>([1, 3, 4, 5], { seed: 2 });
    const product = tf.matMul<tf.Tensor4D>(a, b);
    expect(product.shape).toEqual([2, 3, 3, 5]);
    for (const [i, j] of [
      [0, 2],
      [1, 1],
    ]) {
      const single = tf.matMul(
        tf.reshape<tf.Rank.R2>(tf.slice(a, [i, 0], [1, 1]), [3, 4]),
        tf.reshape<tf.Rank.R2>(tf.slice(b, [0, j], [1, 1]), [4, 5]),
      );
      const block = tf.slice(product, [i, j], [1, 1]);
      expect([...block.dataSync()]).toEqual([...single.dataSync()]);
    }
  });

  it("fuse bias and activation", async () => {
    for (const activation of ["linear", "relu", "relu6", "elu", "sigmoid"] as const) {
      for (const [m, k, n] of [
        [5, 7, 9],
        [3, 4000, 16],
        [2, 0, 3],
      ]) {
        await expectSameAsCpu(
          `${activation} of ${m} x ${k} x ${n}`,
          () =>
            tf.fused.matMul({
              a: random<tf.Rank.R2>([m, k], { seed: 1 }),
              b: random<tf.Rank.R2>([k, n], { seed: 2 }),
              bias: random<tf.Rank.R1>([n], { seed: 3 }),
              activation,
            }),
          tolerance(k + 1),
        );
      }
    }
  });

  it("refuse an activation that they do not know, instead of leaving it out", () => {
    const a = random<tf.Rank.R2>([2, 2]);
    // The last one as a file may have it, for a terminal.
    for (const activation of ["tanh" as "relu", "prelu" as const, "\x1b[2J" as "relu"]) {
      expect(() => tf.fused.matMul({ a, b: a, activation })).toThrow(
        /a fused activation out of linear, relu,.* got "(tanh|prelu|\\u001b\[2J)"; apply it/,
      );
    }
  });

  it("pass infinities and NaN on to the elements they touch, and to no others", () => {
    const a = tf.tensor2d([1, NaN, Infinity, 1, 1, 1], [3, 2]);
    const product = tf.matMul(a, tf.tensor2d([1, 0, 2, 1], [2, 2])).dataSync();
    expect([...product]).toEqual([NaN, NaN, Infinity, NaN, 3, 1]);
  });
});

describe("the plain build and the relaxed build", () => {
  it("differ by rounding at most", async () => {
    const results: Float32Array[] = [];
    for (const relaxedSimd of ["off", "auto"] as const) {
      await useSimd({ threads: 1, relaxedSimd });
      const a = random<tf.Rank.R2>([40, 300], { seed: 1 });
      results.push((await tf.matMul(a, a, false, true).data()) as Float32Array);
    }
    results[0].forEach((value, i) => {
      expect(Math.abs(value - results[1][i])).toBeLessThanOrEqual(4 * 301 * 2 ** -23);
    });
  });
});
