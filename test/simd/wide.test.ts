/** The sizes of larger networks, and each micro kernel by itself, against float64. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConvShape } from "../../src/simd/plans/conv-shape.ts";
import { fitsWinograd } from "../../src/simd/plans/conv-winograd.ts";
import { convShape } from "../../src/simd/tfjs/conv-shape.ts";
import { numbers, run, runAll, useSimd } from "./backends.ts";
import { convolution, type Elements, filterGradient, inputGradient, product } from "./float64.ts";

/** Numbers in [-2, 2) that look random; made once, since they are many. */
const APART = 99_991;
const POOL = numbers(9 * 512 * 512 + 2 * APART);
const random = (length: number, seed: number): Float32Array =>
  POOL.subarray(seed * APART, seed * APART + length);

/** Multiplications that a reference may cost. */
const COST = 2e5;
const PRIMES = [1, 3, 7, 13, 31, 61, 127, 251, 509, 1021, 2039, 4093, 8191];

/** A step through so many elements of `depth` terms: a prime, so that every channel has its turn. */
const stepOf = (length: number, depth: number): number =>
  PRIMES.find((prime) => (length / prime) * depth < COST) ?? 16_381;

/** Expects all elements to be there, and those of the reference to agree; terms are below 4. */
function expectElements(what: string, actual: Float32Array, wanted: Elements, atol: number): void {
  let isWritten = true;
  for (let i = 0; i < actual.length; i++) isWritten &&= Number.isFinite(actual[i]);
  expect(isWritten, `${what}: all is written`).toBe(true);
  let worst = "";
  let largest = atol;
  for (const [index, value] of wanted) {
    const error = Math.abs(actual[index] - value);
    if (error <= largest) continue;
    largest = error;
    worst = `element ${index}: ${actual[index]} instead of ${value}`;
  }
  expect(worst, what).toBe("");
}

/** The values that a kernel gives; not by tf.tidy, which looks for tensors in every number of them. */
function valuesOf(name: string, inputs: object, attrs: object = {}): Float32Array {
  const result = run(name, inputs, attrs);
  const values = result.dataSync<"float32">();
  result.dispose();
  return values;
}

/** A sum of `depth` such terms in float32; Winograd's transforms make numbers 12 times as large. */
const tolerance = (depth: number, isWinograd = false): number =>
  (isWinograd ? 12 : 1) * 4 * (depth + 1) * 2 ** -23;

describe.each(["off", "auto"] as const)("on the build with relaxed SIMD %s", (relaxedSimd) => {
  beforeAll(() => useSimd({ threads: 1, relaxedSimd }));

  const rows = [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 95, 96, 97, 98];

  // 256 steps of k are one pass; longer sums go on from what the one before has stored.
  it.each(rows.flatMap((m) => [5, 256, 259].map((k) => [m, k] as const)))(
    "a product of %i rows and %i steps is right in every transpose",
    (m, k) => {
      for (const n of [7, 8, 17]) {
        for (const [transposeA, transposeB] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true],
        ]) {
          const [a, b] = [random(m * k, 1), random(k * n, 2)];
          const inputs = {
            a: tf.tensor2d(a, transposeA ? [k, m] : [m, k]),
            b: tf.tensor2d(b, transposeB ? [n, k] : [k, n]),
          };
          expectElements(
            `${transposeA ? "A'" : "A"} ${transposeB ? "B'" : "B"} for ${n} columns`,
            valuesOf("BatchMatMul", inputs, { transposeA, transposeB }),
            product(
              [m, k, n],
              (row, column) => (transposeA ? a[column * m + row] : a[row * k + column]),
              (row, column) => (transposeB ? b[column * k + row] : b[row * n + column]),
              stepOf(m * n, k * 20),
            ),
            tolerance(k),
          );
          tf.dispose(inputs);
        }
      }
    },
  );

  interface Case {
    readonly x: [batch: number, height: number, width: number];
    readonly channels: [input: number, output: number];
    readonly filter: number;
    readonly stride?: number;
    readonly winograd?: boolean;
  }
  const wide: Case[] = [
    // Winograd's blocks: of 24 tiles down to 6, the more channels the fewer; 4 tiles at least.
    { x: [1, 16, 16], channels: [128, 128], filter: 3, winograd: true },
    { x: [17, 4, 4], channels: [128, 128], filter: 3, winograd: true },
    { x: [3, 10, 13], channels: [64, 64], filter: 3, winograd: true },
    { x: [3, 13, 11], channels: [128, 256], filter: 3, winograd: true },
    { x: [2, 11, 12], channels: [256, 128], filter: 3, winograd: true },
    { x: [4, 8, 8], channels: [256, 256], filter: 3, winograd: true },
    { x: [16, 4, 4], channels: [512, 512], filter: 3, winograd: true },
    { x: [1, 20, 13], channels: [512, 8], filter: 3, winograd: true },
    { x: [1, 16, 17], channels: [8, 512], filter: 3, winograd: true },
    { x: [2, 12, 11], channels: [130, 259], filter: 3, winograd: true },
    { x: [4, 4, 4], channels: [128, 128], filter: 3, winograd: true },
    // The filter's gradient: chunks of several blocks of 64 tiles, and more tiles than a group holds.
    { x: [1, 130, 132], channels: [8, 9], filter: 3, winograd: true },
    { x: [14, 16, 15], channels: [512, 8], filter: 3, winograd: true },
    // Too few tiles, or tiles with little in them, for Winograd's algorithm.
    { x: [3, 4, 4], channels: [128, 128], filter: 3 },
    { x: [2, 2, 2], channels: [512, 128], filter: 3 },
    { x: [1, 5, 5], channels: [256, 256], filter: 3 },
    { x: [1, 9, 8], channels: [128, 256], filter: 3, stride: 2 },
    { x: [1, 8, 8], channels: [128, 512], filter: 3, stride: 2 },
    { x: [1, 7, 9], channels: [512, 256], filter: 1 },
    { x: [1, 8, 8], channels: [256, 512], filter: 1, stride: 2 },
    { x: [1, 9, 9], channels: [64, 128], filter: 5 },
    { x: [1, 21, 20], channels: [3, 64], filter: 7, stride: 2 },
    // The filter's gradient is cut into chunks of 512 pixels or more, in blocks of 256.
    ...[255, 256, 257, 511, 512, 513, 1023, 1025].map((width): Case => ({
      x: [1, 1, width],
      channels: [5, 9],
      filter: 1,
    })),
  ];
  const narrow = rows.map((width): Case => ({ x: [1, 1, width], channels: [75, 17], filter: 2 }));

  it.each([...wide, ...narrow])("a convolution and its gradients are right: %j", (c) => {
    const { x: images, channels, filter: side, stride = 1, winograd = false } = c;
    const xShape = [...images, channels[0]];
    const filterShape = [side, side, ...channels];
    const attrs = { strides: [stride, stride], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
    const shape = convShape(xShape, filterShape, attrs as never) as ConvShape;
    expect(fitsWinograd(shape)).toBe(winograd);
    const { batch, outHeight, outWidth } = shape;
    const yShape = [batch, outHeight, outWidth, channels[1]];
    const taps = side * side;
    const [x, filter, dy] = [xShape, filterShape, yShape].map((sizes, seed) =>
      random(tf.util.sizeFromShape(sizes), seed),
    );
    const tensors = {
      x: tf.tensor(x, xShape),
      filter: tf.tensor(filter, filterShape),
      dy: tf.tensor(dy, yShape),
    };
    const depth = taps * channels[0];
    expectElements(
      "y",
      valuesOf("Conv2D", { x: tensors.x, filter: tensors.filter }, attrs),
      convolution(shape, x, filter, stepOf(dy.length, depth)),
      tolerance(depth, winograd),
    );
    const back = taps * channels[1];
    expectElements(
      "dx",
      valuesOf(
        "Conv2DBackpropInput",
        { dy: tensors.dy, filter: tensors.filter },
        { ...attrs, inputShape: xShape },
      ),
      inputGradient(shape, dy, filter, stepOf(x.length, back)),
      tolerance(back, winograd),
    );
    const pixels = batch * outHeight * outWidth;
    expectElements(
      "dfilter",
      valuesOf("Conv2DBackpropFilter", { x: tensors.x, dy: tensors.dy }, { ...attrs, filterShape }),
      filterGradient(shape, x, dy, stepOf(filter.length, pixels)),
      tolerance(pixels, winograd),
    );
    tf.dispose(tensors);
  });
});

describe("batch normalisation in training", () => {
  beforeAll(() => useSimd());

  // Chunks of rows have 16,384 elements; up to 256 of them.
  it.each([
    [127, 128],
    [129, 128],
    [64, 256],
    [65, 256],
    [31, 512],
    [33, 512],
    [4, 3, 3, 513],
  ])("of [%i, %i, ...] is what float64 says, with its gradients", (...shape) => {
    const channels = shape.at(-1)!;
    const length = tf.util.sizeFromShape(shape);
    const n = length / channels;
    const [x, dy] = [random(length, 0), random(length, 1)];
    const [tensorX, tensorDy] = [tf.tensor(x, shape), tf.tensor(dy, shape)];
    const attrs = { epsilon: 1e-3 };
    const forward = runAll("BatchNormTraining", { x: tensorX }, attrs);
    const [, mean, variance, factor] = forward;
    const backward = runAll(
      "BatchNormTrainingGrad",
      { dy: tensorDy, x: tensorX, mean, variance, factor },
      attrs,
    );
    const [y, , , , dx, dgamma, dbeta] = [...forward, ...backward].map((t) => t.dataSync());
    const of = (c: number, values: (i: number) => number): number => {
      let sum = 0;
      for (let i = c; i < length; i += channels) sum += values(i);
      return sum;
    };
    for (let c = 0; c < channels; c++) {
      const m = of(c, (i) => x[i]) / n;
      const scale = 1 / Math.sqrt(of(c, (i) => (x[i] - m) ** 2) / n + 1e-3);
      const normal = (i: number): number => (x[i] - m) * scale;
      const [gamma, beta] = [of(c, (i) => dy[i] * normal(i)), of(c, (i) => dy[i])];
      expect(Math.abs(dgamma[c] - gamma)).toBeLessThan(n * 2 ** -19);
      expect(Math.abs(dbeta[c] - beta)).toBeLessThan(n * 2 ** -22);
      let worst = 0;
      for (let i = c; i < length; i += channels) {
        const wanted = scale * (dy[i] - (beta + normal(i) * gamma) / n);
        worst = Math.max(worst, Math.abs(y[i] - normal(i)), Math.abs(dx[i] - wanted));
      }
      expect(worst).toBeLessThan(2 ** -17);
    }
    tf.dispose([tensorX, tensorDy, ...forward, ...backward]);
  });
});
