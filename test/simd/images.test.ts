/** Kernels that resize and normalise images, and that walk along one dimension. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, run, useSimd } from "./backends.ts";

const CLOSE = { rtol: 1e-5, atol: 1e-5 };
const SIZES = [
  [5, 7],
  [1, 1],
  [10, 4],
  [3, 20],
] as const;

describe("resizing", () => {
  beforeAll(() => useSimd());

  it.each(["bilinear", "nearest"] as const)("%s is the cpu backend's", async (kind) => {
    const resize = kind === "bilinear" ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor;
    for (const channels of [1, 3, 4, 6, 8, 9]) {
      for (const [height, width] of SIZES) {
        for (const size of SIZES) {
          for (const [align, half] of [
            [false, false],
            [true, false],
            [false, true],
          ]) {
            const x = (): tf.Tensor4D => random([2, height, width, channels]);
            const name = `${height} x ${width} x ${channels} to ${size.join()} ${align} ${half}`;
            await expectSameAsCpu(name, () => resize(x(), [...size], align, half), CLOSE);
          }
        }
      }
    }
  });

  it("keeps what is infinite where a pixel has one neighbour, in images of any size", async () => {
    await tf.setBackend("simd");
    const row = tf.tensor4d([Infinity, 1], [1, 1, 2, 1]);
    const wide = tf.image.resizeBilinear(row, [1, 4], false, true);
    expect([...wide.dataSync()]).toEqual([Infinity, Infinity, Infinity, 1]);
    const image = (): tf.Tensor4D => random([3, 40, 30, 3]);
    const many = (): tf.Tensor => tf.image.resizeBilinear(image(), [81, 70]);
    await expectSameAsCpu("several tasks", many, CLOSE);
  });

  it("has the gradient of its sums, for images of any size", async () => {
    // Not compared with the cpu backend, whose gradient is not right for every size.
    await tf.setBackend("simd");
    for (const resize of [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor]) {
      for (const [height, width] of SIZES) {
        for (const size of SIZES) {
          for (const align of [false, true]) {
            const f = (x: tf.Tensor): tf.Tensor => resize(x as tf.Tensor4D, [...size], align);
            const x = random<tf.Rank.R4>([2, height, width, 5]);
            const dy = random<tf.Rank.R4>([2, ...size, 5], { seed: 1 });
            const dx = tf.grad(f)(x, dy);
            expect(dx.shape).toEqual(x.shape);
            // f is linear: the products of f(x) with dy, and of x with dx, are the same number.
            const [forward] = tf.sum(tf.mul(f(x), dy)).dataSync();
            const [backward] = tf.sum(tf.mul(x, dx)).dataSync();
            expect(Math.abs(forward - backward)).toBeLessThan(1e-3);
          }
        }
      }
    }
  });
});

describe("local response normalisation", () => {
  it("agrees with the cpu backend, with its gradient", async () => {
    await useSimd();
    for (const channels of [1, 3, 4, 17]) {
      for (const radius of [0, 1, 5]) {
        const f = (x: tf.Tensor): tf.Tensor =>
          tf.localResponseNormalization(x as tf.Tensor4D, radius, 1.2, 0.5, 0.75);
        await expectSameAsCpu(
          `${channels} ${radius}`,
          () => [f(random([2, 3, 3, channels])), tf.grad(f)(random([2, 3, 3, channels]))],
          CLOSE,
        );
      }
    }
  });
});

describe("along one dimension", () => {
  beforeAll(() => useSimd());

  it("running sums and products agree with the cpu backend", async () => {
    for (const shape of [[1], [7], [3, 5], [2, 3, 4], [2, 5, 1030], [400, 3]]) {
      for (let axis = 0; axis < shape.length; axis++) {
        for (const dtype of ["float32", "int32"] as const) {
          for (const [exclusive, reverse] of [
            [false, false],
            [true, false],
            [false, true],
            [true, true],
          ]) {
            const name = `${shape.join("x")} ${axis} ${dtype} ${exclusive} ${reverse}`;
            const x = (): tf.Tensor => random(shape as [], { dtype });
            const sums = (): tf.Tensor => tf.cumsum(x(), axis, exclusive, reverse);
            await expectSameAsCpu(name, sums, CLOSE);
            if (dtype === "int32" || shape[axis] > 20) continue;
            await expectSameAsCpu(name, () => tf.cumprod(x(), axis, exclusive, reverse), CLOSE);
          }
        }
      }
    }
  });

  it("the largest are found in order, of equal ones the first", async () => {
    for (const [rows, length] of [
      [1, 1],
      [3, 5],
      [5, 1000],
    ]) {
      for (const k of [1, 2, 5, 64]) {
        if (k > length) continue;
        const x = (): tf.Tensor => tf.floor(tf.mul(random([rows, length]), 4));
        const compute = (): tf.Tensor[] => Object.values(tf.topk(x(), k));
        await expectSameAsCpu(`${k} of ${length}`, compute);
      }
    }
  });
});

describe("slices by number", () => {
  beforeAll(() => useSimd());
  const EXACT = { rtol: 0, atol: 0 };

  it("are gathered and scattered like on the cpu backend", async () => {
    const pairs = (): tf.Tensor => tf.tensor2d([0, 1, 2, 3, 1, 0, 2, 3], [4, 2], "int32");
    for (const dtype of ["float32", "int32"] as const) {
      const x = (shape: number[], seed = 0): tf.Tensor => random(shape as [], { dtype, seed });
      await expectSameAsCpu(
        dtype,
        () => [
          tf.gatherND(x([3, 4, 5]), pairs()),
          tf.gatherND(x([3, 4]), pairs()),
          tf.scatterND(pairs(), x([4, 5]), [3, 4, 5]),
          tf.scatterND(pairs(), x([4]), [3, 4]),
          tf.tensorScatterUpdate(x([3, 4, 5]), pairs(), x([4, 5], 1)),
        ],
        EXACT,
      );
    }
    await expectSameAsCpu("bool", () => tf.gatherND(random([3, 4], { dtype: "bool" }), pairs()));
  });

  it("refuse a number outside, as the cpu backend does", async () => {
    await tf.setBackend("simd");
    const outside = tf.tensor2d([[5]], [1, 1], "int32");
    expect(() => tf.gatherND(random([3, 4]), outside)).toThrow(/5/);
    expect(() => tf.scatterND(outside, random([1, 4]), [3, 4])).toThrow(/5/);
    expect(
      run("GatherNd", { params: random([3, 4]), indices: tf.zeros([0, 1], "int32") }).shape,
    ).toEqual([0, 4]);
  });
});

describe("crops", () => {
  beforeAll(() => useSimd());

  /** Inside, turned round, partly and wholly outside, of no size, of an image that is not there, of the last one. */
  const boxes = (): tf.Tensor2D =>
    tf.tensor2d([
      [0.1, 0.2, 0.7, 0.9],
      [0.9, 0.8, 0.2, 0.1],
      [-0.3, 0.5, 0.6, 1.4],
      [1.5, 1.5, 2, 2],
      [0.4, 0.4, 0.4, 0.4],
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ]);
  const images = (): tf.Tensor1D => tf.tensor1d([0, 1, 0, 1, 0, 2, 1], "int32");

  it.each([
    [7, 9, 3, [4, 5]],
    [5, 5, 1, [1, 1]],
    [6, 4, 4, [1, 7]],
    [1, 1, 5, [3, 3]],
    [17, 20, 16, [31, 2]],
  ])(
    "of %i x %i pixels of %i channels to %o are as on cpu",
    async (height, width, channels, size) => {
      for (const method of ["bilinear", "nearest"] as const) {
        for (const dtype of ["float32", "int32"] as const) {
          await expectSameAsCpu(
            `${method} ${dtype}`,
            () => {
              const shape: [number, number, number, number] = [2, height, width, channels];
              const x = random<tf.Rank.R4>(shape, { dtype });
              const attrs = { cropSize: size, method, extrapolationValue: 0.5 };
              return run("CropAndResize", { image: x, boxes: boxes(), boxInd: images() }, attrs);
            },
            // The cpu backend interpolates in float64; values are up to 64.
            { rtol: 1e-5, atol: 64 * 2 ** -22 },
          );
        }
      }
    },
  );
});
