import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, numbers, random, runAll, useSimd } from "./backends.ts";

type Shape4 = [number, number, number, number];
type Pad = Parameters<typeof tf.maxPool>[3];
type Size = [number, number] | number;

/** Channels around a vector of 4 and a block of 32. */
const SHAPES: Shape4[] = [
  ...([
    [1, 4, 4, 1],
    [2, 5, 7, 3],
    [3, 40, 30, 3],
    [2, 7, 6, 7],
    [3, 8, 8, 4],
    [2, 6, 6, 5],
    [2, 9, 8, 33],
  ] as Shape4[]),
  ...([
    [4, 16, 16, 32],
    [1, 2, 3, 130],
  ] as Shape4[]),
];

const WINDOWS: [filter: Size, strides: Size, pad: Pad][] = [
  [2, 2, "valid"],
  [2, 2, "same"],
  [3, 1, "same"],
  [3, 2, "same"],
  [3, 2, "valid"],
  [2, 1, "valid"],
  [1, 1, "valid"],
  [1, 2, "same"],
  [2, 3, "same"],
  [[2, 3], [1, 2], "same"],
  [3, 1, 1],
  [
    2,
    2,
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  ],
];

describe("pooling", () => {
  beforeAll(async () => {
    await useSimd();
  });

  it.each(SHAPES.map((shape) => [shape.join("x"), shape] as const))(
    "agrees with the cpu backend on %s, forward and backward",
    async (name, shape) => {
      for (const [filter, strides, pad] of WINDOWS) {
        const fits =
          pad !== "valid" || [filter].flat().every((n) => n <= Math.min(shape[1], shape[2]));
        if (!fits) continue;
        const what = `${name} window ${String(filter)} strides ${String(strides)} ${String(pad)}`;
        const max = (x: tf.Tensor4D): tf.Tensor => tf.maxPool(x, filter, strides, pad);
        const avg = (x: tf.Tensor4D): tf.Tensor => tf.avgPool(x, filter, strides, pad);
        const x = (nan: boolean) => (): tf.Tensor4D => random(shape, { nan });
        await expectSameAsCpu(`max ${what}`, () => max(x(true)()), { rtol: 0, atol: 0 });
        await expectSameAsCpu(`avg ${what}`, () => avg(x(false)()));
        const maxGrad = tf.grad((v: tf.Tensor) => tf.square(max(v as tf.Tensor4D)));
        const avgGrad = tf.grad((v: tf.Tensor) => tf.square(avg(v as tf.Tensor4D)));
        await expectSameAsCpu(`max grad ${what}`, () => maxGrad(x(false)()));
        await expectSameAsCpu(`avg grad ${what}`, () => avgGrad(x(false)()));
      }
    },
  );

  it("gives the gradient to the first of equal maxima, as the cpu backend does", async () => {
    const grad = tf.grad((v: tf.Tensor) => tf.maxPool(v as tf.Tensor4D, 3, 1, "same"));
    await expectSameAsCpu("ties", () => grad(tf.ones([2, 6, 6, 5])));
    await expectSameAsCpu("NaN", () => grad(random([2, 6, 6, 5], { nan: true })));
  });

  it("agrees with the cpu backend where tfjs loses the rounding mode on the way back", async () => {
    for (const pool of [tf.maxPool, tf.avgPool]) {
      const grad = tf.grad((v: tf.Tensor) => tf.square(pool(v as tf.Tensor4D, 2, 2, 0, "ceil")));
      await expectSameAsCpu("rounded up", () => grad(random([2, 5, 5, 3])));
    }
  });

  it("has gradients that finite differences confirm", async () => {
    await tf.setBackend("simd");
    const shape: Shape4 = [1, 6, 5, 6];
    // Apart by more than the step, so that no maximum changes.
    const values = numbers(180).map((_, i) => ((i * 67) % 180) / 20);
    const step = 1 / 64;
    for (const pool of [tf.maxPool, tf.avgPool]) {
      // Windows without padding: with it, averages and their gradients count differently in tfjs.
      const loss = (x: tf.Tensor): tf.Tensor =>
        tf.sum(tf.square(pool(x as tf.Tensor4D, [3, 2], [2, 1], "valid")));
      const analytic = tf.tidy(() => tf.grad(loss)(tf.tensor(values, shape)).dataSync());
      const at = (i: number, by: number): number =>
        tf.tidy(() => {
          const moved = values.slice();
          moved[i] += by;
          return loss(tf.tensor(moved, shape)).dataSync()[0];
        });
      for (let i = 0; i < values.length; i += 7) {
        const numeric = (at(i, step) - at(i, -step)) / (2 * step);
        // The loss is near 1000, rounded to 2^-14, and divided by 2^-5.
        expect(Math.abs(analytic[i] - numeric)).toBeLessThan(0.02);
      }
    }
  });
});

describe("batch normalisation with given statistics", () => {
  it.each([1, 3, 4, 5, 33, 128])(
    "agrees with the cpu backend for %i channels",
    async (channels) => {
      const vector = (seed: number): tf.Tensor1D => random([channels], { seed });
      const variance = (): tf.Tensor1D => tf.abs(vector(2));
      for (const size of [1, 7, 600]) {
        const x = (): tf.Tensor2D => random([size, channels]);
        for (const scale of [undefined, vector]) {
          for (const offset of [undefined, vector]) {
            const compute = (): tf.Tensor =>
              tf.batchNorm(x(), vector(1), variance(), offset?.(3), scale?.(4), 1e-3);
            // A variance near 0 magnifies rounding by 30.
            await expectSameAsCpu(`${size} x ${channels}`, compute, { rtol: 1e-5, atol: 3e-5 });
          }
        }
      }
    },
  );

  it("leaves statistics of other shapes to the cpu backend", async () => {
    const stats = (seed: number): tf.Tensor4D => tf.abs(random([1, 3, 4, 5], { seed }));
    const compute = (): tf.Tensor => tf.batchNorm(random([2, 3, 4, 5]), stats(1), stats(2));
    await expectSameAsCpu("per pixel", compute, { atol: 3e-5 });
  });
});

describe("a maximum pooling behind a batch normalisation", () => {
  beforeAll(async () => {
    await useSimd();
  });

  /** Shapes that go in one pass, and some that do not: by channels, by odd sizes, by lines that no chunk ends with. */
  const shapes: Shape4[] = [
    ...([
      [2, 8, 8, 4],
      [3, 4, 6, 12],
      [9, 16, 16, 64],
      [40, 2, 4, 128],
      [5, 32, 32, 32],
    ] as Shape4[]),
    ...([
      [2, 8, 8, 6],
      [2, 7, 8, 8],
      [2, 6, 7, 8],
      [2, 12, 250, 8],
    ] as Shape4[]),
  ];

  /** The pooled and the gradients of everything; zeros of a relu make equal maxima. */
  const pooled = (shape: Shape4, hasBeta: boolean, isApart: boolean): tf.Tensor[] => {
    const channels = shape[3];
    const x = tf.relu(random<tf.Rank.R4>(shape, { seed: 1 }));
    // Of both signs.
    const gamma = random<tf.Rank.R1>([channels], { seed: 2 });
    const beta = random<tf.Rank.R1>([channels], { seed: 3 });
    const network = (...[a, g, b]: tf.Tensor[]): tf.Tensor => {
      const inputs = { x: a, gamma: g, ...(hasBeta && { beta: b }) };
      const [z] = runAll("BatchNormTraining", inputs, { epsilon: 1e-3 });
      // Whoever reads it has it computed.
      if (isApart) z.dataSync();
      return tf.maxPool(z as tf.Tensor4D, 2, 2, "valid");
    };
    const y = network(x, gamma, beta);
    const dy = random(y.shape, { seed: 4 });
    const given = hasBeta ? [x, gamma, beta] : [x, gamma];
    return [...tf.grads((...args) => tf.mul(network(...args), dy))(given), y];
  };

  it.each(shapes)("gives the bits of one after the other: %i x %i x %i x %i", (...shape) => {
    for (const hasBeta of [true, false]) {
      const bits = (isApart: boolean): number[][] =>
        tf.tidy(() => pooled(shape, hasBeta, isApart).map((tensor) => [...tensor.dataSync()]));
      expect(bits(false)).toEqual(bits(true));
    }
  });

  it("puts neither the normalised nor its gradient into memory", () => {
    const backend = tf.backend() as unknown as { heap: { bytesInUse: number } };
    const x = random<tf.Rank.R4>([8, 32, 32, 32], { seed: 1 });
    tf.tidy(() => {
      tf.relu(x);
      const before = backend.heap.bytesInUse;
      tf.grad((a) => {
        const [z] = runAll("BatchNormTraining", { x: a }, { epsilon: 1e-3 });
        const y = tf.maxPool(z as tf.Tensor4D, 2, 2, "valid");
        expect(backend.heap.bytesInUse - before).toBeLessThan(0.3 * 4 * x.size);
        return tf.sum(y);
      })(x);
    });
  });

  it("gives the same bits on one thread and on three", async () => {
    const bits: string[] = [];
    for (const threads of [1, 3]) {
      await useSimd({ threads });
      const results = tf.tidy(() =>
        pooled([40, 16, 16, 32], true, false).map((tensor) => [...tensor.dataSync()]),
      );
      bits.push(JSON.stringify(results));
    }
    expect(bits[0]).toBe(bits[1]);
  });
});
