import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, numbers, random, useSimd } from "./backends.ts";

/** Functions of a 3 x 8 matrix, each through a gradient that tfjs composes of our kernels. */
const FUNCTIONS: Record<string, (x: tf.Tensor2D) => tf.Tensor> = {
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  prelu: (x) => tf.prelu<tf.Tensor>(x, random<tf.Rank.R1>([8], { seed: 5 })),
  softplus: (x) => tf.softplus(x),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  softmax: (x) => tf.softmax(x),
  logSoftmax: (x) => tf.logSoftmax(x),
  "log of exp": (x) => tf.log(tf.add(tf.exp(x), 1)),
  "mean and variance": (x) => {
    const { mean, variance } = tf.moments(x, 0);
    return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.1)));
  },
  "products and quotients": (x) => tf.div(tf.mul(x, tf.sum(x, 1, true)), tf.add(tf.square(x), 1)),
  "transpose, pad, slice": (x) =>
    tf.square(
      tf.slice(
        tf.pad(tf.transpose(x), [
          [1, 2],
          [0, 1],
        ]),
        1,
      ),
    ),
  "concat, tile, reverse": (x) => tf.square(tf.concat([tf.tile(x, [2, 1]), tf.reverse(x, 1)], 0)),
  gather: (x) => tf.square(tf.gather(x, tf.tensor1d([2, 0, 2], "int32"))),
  "batch normalisation": (x) => {
    const vector = (seed: number): tf.Tensor1D => tf.abs(random([8], { seed }));
    return tf.batchNorm(x, vector(1), vector(2), vector(3), vector(4), 0.1);
  },
  "where and clip": (x) => {
    const chosen = tf.greater(random<tf.Rank.R2>([3, 8], { seed: 9 }), 0);
    return tf.where(chosen, tf.clipByValue(x, -1, 1), tf.square(x));
  },
};

describe("gradients", () => {
  beforeAll(async () => {
    await useSimd();
  });

  it.each(Object.entries(FUNCTIONS))("of %s agree with finite differences", async (name, f) => {
    await tf.setBackend("simd");
    // Weighted, so that a gradient that mixes elements up does not pass.
    const loss = (x: tf.Tensor): tf.Scalar => {
      const y = f(x as tf.Tensor2D);
      return tf.sum(tf.mul(y, random(y.shape as [number], { seed: 8 })));
    };
    const values = numbers(24, 6);
    const gradient = tf.tidy(() =>
      tf
        .grad(loss)(tf.tensor2d(values, [3, 8]))
        .dataSync(),
    );
    const at = (i: number, by: number): number =>
      tf.tidy(() => {
        const moved = values.slice();
        moved[i] += by;
        return loss(tf.tensor2d(moved, [3, 8])).dataSync()[0];
      });
    const step = 2 ** -7;
    gradient.forEach((value, i) => {
      const numeric = (at(i, step) - at(i, -step)) / (2 * step);
      // The loss is near 10: rounding to 2^-21, divided by the step; the rest is curvature.
      expect(Math.abs(value - numeric), `${name}, element ${i}`).toBeLessThan(0.004);
    });
    const both = (): tf.Tensor => tf.grad(loss)(tf.tensor2d(values, [3, 8]));
    await expectSameAsCpu(name, both, { rtol: 1e-5, atol: 1e-5 });
  });
});
