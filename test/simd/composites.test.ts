/** Kernels that are made of other kernels. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";

const SUM = { atol: 1e-5 };

describe("einsum", () => {
  beforeAll(() => useSimd());

  it.each([
    ["ij,jk->ik", [5, 7], [7, 3]],
    ["ij,kj->ik", [5, 7], [3, 7]],
    ["bqhd,bkhd->bhqk", [2, 5, 3, 8], [2, 6, 3, 8]],
    ["bhqk,bkhd->bqhd", [2, 3, 5, 6], [2, 6, 3, 8]],
    ["i,j->ij", [4], [6]],
    ["i,i->", [40], [40]],
    ["ij,ij->ij", [3, 5], [3, 5]],
    ["ijk,kl->lij", [2, 3, 4], [4, 5]],
    [" a b , b c -> c a ", [3, 4], [4, 5]],
  ] as const)("%s", async (equation, a, b) => {
    const compute = (): tf.Tensor =>
      tf.einsum(equation, random(a as never), random(b as never, { seed: 1 }));
    await expectSameAsCpu(equation, compute, SUM);
  });

  it("sums over what is in one operand alone", async () => {
    await tf.setBackend("simd");
    const [a, b] = [random([2, 3, 4]), random([5], { seed: 1 })];
    // The cpu backend's own gives [3, 1] here.
    const sums = tf.reshape(tf.sum(a, [0, 2]), [3, 1]);
    expect(tf.einsum("ijk,l->jl", a, b).arraySync()).toEqual(tf.mul(sums, b).arraySync());
  });

  it.each([
    ["ij->ji", [3, 5]],
    ["ijk->j", [3, 5, 4]],
    ["ij->", [3, 5]],
    ["ij->ij", [3, 5]],
  ] as const)("%s of one tensor", async (equation, shape) => {
    await expectSameAsCpu(equation, () => tf.einsum(equation, random(shape as never)), SUM);
  });

  it("refuses what it cannot do, as tfjs does", async () => {
    await tf.setBackend("simd");
    expect(() => tf.einsum("ii->i", random([3, 3]))).toThrow(/duplicate axes/);
    expect(() => tf.einsum("ij,jk->ik", random([3, 4]), random([5, 3]))).toThrow(/Expected dim/);
    expect(() => tf.einsum("ij->z", random([3, 4]))).toThrow(/not present/);
  });
});

describe("blocks of images", () => {
  beforeAll(() => useSimd());

  it("move between space, batch and depth", async () => {
    for (const dtype of ["float32", "int32", "bool"] as const) {
      const x = (shape: number[]): tf.Tensor4D => random(shape as never, { dtype });
      await expectSameAsCpu(dtype, () => [
        tf.spaceToBatchND(
          x([2, 5, 6, 3]),
          [2, 3],
          [
            [0, 1],
            [2, 1],
          ],
        ),
        tf.batchToSpaceND(
          x([12, 3, 4, 2]),
          [2, 3],
          [
            [1, 0],
            [0, 2],
          ],
        ),
      ]);
    }
  });

  it("move from depth to space", async () => {
    await expectSameAsCpu("depth", () => tf.depthToSpace(random([2, 3, 4, 18]), 3, "NHWC"));
  });

  it("convolve with holes where tfjs moves them to the batch", async () => {
    const compute = (): tf.Tensor =>
      tf.pool(random<tf.Rank.R4>([1, 9, 9, 2]), [2, 2], "avg", "same", [2, 2], [1, 1]);
    await expectSameAsCpu("dilated pooling", compute);
  });
});

describe("images whose channels come first", () => {
  beforeAll(() => useSimd());

  it("are convolved like those whose channels come last, with both gradients", async () => {
    for (const [channels, stride] of [
      [3, 1],
      [16, 1],
      [8, 2],
    ]) {
      const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, "same", "NCHW");
      await expectSameAsCpu(
        `${channels}`,
        () => {
          const x = random<tf.Rank.R4>([2, channels, 10, 9], { seed: 1 });
          const filter = random<tf.Rank.R4>([3, 3, channels, 8], { seed: 2 });
          const y = f(x, filter);
          return [y, ...tf.grads(f)([x, filter], random(y.shape, { seed: 3 }))];
        },
        { rtol: 1e-4, atol: 1e-4 },
      );
    }
  });

  it("leave nothing behind", async () => {
    await tf.setBackend("simd");
    const x = random<tf.Rank.R4>([1, 3, 8, 8]);
    const filter = random<tf.Rank.R4>([3, 3, 3, 4]);
    const run = (): void => {
      tf.dispose(tf.conv2d(x, filter, 1, "same", "NCHW"));
      tf.dispose(tf.einsum("bchw,hwcd->bd", x, tf.slice(random([8, 8, 3, 2]), 0)));
    };
    tf.tidy(run);
    tf.tidy(run);
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    tf.tidy(run);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});

describe("flipLeftRight", () => {
  beforeAll(() => useSimd());

  it("turns pictures round as on cpu", async () => {
    await expectSameAsCpu("flip", () =>
      tf.image.flipLeftRight(random<tf.Rank.R4>([2, 3, 5, 3], { nan: true })),
    );
  });
});
