/** Convolution and pooling of volumes. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";

const CLOSE = { rtol: 1e-4, atol: 1e-4 };

interface Case {
  readonly size: readonly [number, number, number];
  readonly channels: readonly [number, number];
  readonly filter: readonly [number, number, number];
  readonly stride: readonly [number, number, number];
  readonly pad: "same" | "valid";
}

const CASES: readonly Case[] = [
  { size: [4, 5, 6], channels: [3, 4], filter: [3, 3, 3], stride: [1, 1, 1], pad: "same" },
  { size: [5, 6, 7], channels: [2, 9], filter: [3, 2, 1], stride: [2, 1, 2], pad: "same" },
  { size: [4, 4, 4], channels: [8, 8], filter: [2, 2, 2], stride: [2, 2, 2], pad: "valid" },
  { size: [3, 5, 5], channels: [1, 3], filter: [1, 1, 1], stride: [2, 3, 1], pad: "valid" },
  { size: [1, 6, 6], channels: [4, 4], filter: [1, 3, 3], stride: [1, 1, 1], pad: "same" },
  { size: [6, 8, 8], channels: [5, 16], filter: [3, 3, 3], stride: [1, 2, 2], pad: "valid" },
];

type Parameters3D = [[number, number, number], [number, number, number], "same" | "valid"];

/** Where in x the largest element of the window behind output `index` is. */
function largestInWindow(c: Case, x: ArrayLike<number>, index: number): number {
  const shape = [2, ...c.size, c.channels[0]] as [number, number, number, number, number];
  const info = tf.backend_util.computePool3DInfo(shape, [...c.filter], [...c.stride], 1, c.pad);
  const { outDepth, outHeight, outWidth, inChannels, padInfo } = info;
  let rest = index;
  const next = (size: number): number => {
    const digit = rest % size;
    rest = Math.floor(rest / size);
    return digit;
  };
  const [channel, column, row, slice] = [inChannels, outWidth, outHeight, outDepth].map(next);
  let best = -1;
  for (let i = 0; i < c.filter[0] * c.filter[1] * c.filter[2]; i++) {
    const z = slice * c.stride[0] - padInfo.front + Math.floor(i / (c.filter[1] * c.filter[2]));
    const y = row * c.stride[1] - padInfo.top + (Math.floor(i / c.filter[2]) % c.filter[1]);
    const left = column * c.stride[2] - padInfo.left + (i % c.filter[2]);
    const inside = [z, y, left].every((at, axis) => at >= 0 && at < c.size[axis]);
    if (!inside) continue;
    const at = (((rest * c.size[0] + z) * c.size[1] + y) * c.size[2] + left) * inChannels + channel;
    if (best < 0 || x[at] > x[best]) best = at;
  }
  return best;
}

describe("volumes", () => {
  beforeAll(() => useSimd());

  it.each(CASES)("are convolved like on the cpu backend, with gradients: %o", async (c) => {
    const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
      tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, [...c.stride], c.pad);
    await expectSameAsCpu(
      c.pad,
      () => {
        const x = random<tf.Rank.R5>([2, ...c.size, c.channels[0]], { seed: 1 });
        const filter = random<tf.Rank.R5>([...c.filter, ...c.channels], { seed: 2 });
        const y = f(x, filter);
        return [y, ...tf.grads(f)([x, filter], random(y.shape, { seed: 3 }))];
      },
      CLOSE,
    );
  });

  it.each(CASES)("are pooled like on the cpu backend: %o", async (c) => {
    const x = (): tf.Tensor5D => random([2, ...c.size, c.channels[0]], { seed: 1 });
    const how = [[...c.filter], [...c.stride], c.pad] as const;
    await expectSameAsCpu("max", () => tf.maxPool3d(x(), ...(how as Parameters3D)), CLOSE);
    const average = (a: tf.Tensor): tf.Tensor =>
      tf.avgPool3d(a as tf.Tensor5D, ...(how as Parameters3D));
    await expectSameAsCpu(
      "average",
      () => {
        const y = average(x());
        return [y, tf.grad(average)(x(), random(y.shape, { seed: 3 }))];
      },
      CLOSE,
    );
  });

  it.each(CASES)("give each maximum its gradient: %o", async (c) => {
    // The cpu backend gives some to others where the strides of the axes differ.
    await tf.setBackend("simd");
    const x = random<tf.Rank.R5>([2, ...c.size, c.channels[0]], { seed: 1 });
    const f = (a: tf.Tensor): tf.Tensor =>
      tf.maxPool3d(a as tf.Tensor5D, [...c.filter], [...c.stride], c.pad);
    const dy = random(f(x).shape as never, { seed: 3 });
    const values = x.dataSync();
    const wanted = new Float32Array(values.length);
    dy.dataSync().forEach((gradient, i) => {
      wanted[largestInWindow(c, values, i)] += gradient;
    });
    const dx = tf.grad(f)(x, dy).dataSync();
    expect(Math.max(...dx.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(1e-5);
  });

  it("are convolved with dilations in all three directions", async () => {
    const x = (): tf.Tensor5D => random([1, 7, 8, 9, 3]);
    const filter = (): tf.Tensor5D => random([2, 3, 2, 3, 4], { seed: 1 });
    const compute = (): tf.Tensor => tf.conv3d(x(), filter(), 1, "same", "NDHWC", [2, 2, 3]);
    await expectSameAsCpu("dilated", compute, CLOSE);
  });

  it("end in the same bits on any number of threads", async () => {
    const bits: unknown[] = [];
    for (const threads of [1, 3]) {
      await useSimd({ threads });
      const x = random<tf.Rank.R5>([2, 6, 9, 9, 8]);
      const filter = random<tf.Rank.R5>([3, 3, 3, 8, 16], { seed: 1 });
      const f = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, 1, "same");
      const gradients = tf.grads(f)([x, filter], random([2, 6, 9, 9, 16], { seed: 2 }));
      bits.push([f(x, filter), ...gradients].map((tensor) => tensor.dataSync()));
    }
    expect(bits[0]).toEqual(bits[1]);
  });
});
