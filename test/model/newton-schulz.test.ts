/** The iteration behind Muon, beside what it approaches: the singular vectors with values of one. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { orthogonalized, toNorm } from "../../src/model/optimizers/newton-schulz.ts";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

beforeAll(() => useBackend("cpu"));

/** u diag(s) v' of orthonormal columns u and v. */
const composed = (u: tf.Tensor2D, s: readonly number[], v: tf.Tensor2D): tf.Tensor2D =>
  tf.matMul(tf.mul(u, tf.tensor1d([...s])), v, false, true);

/** What the iteration makes of a singular value, in double precision. */
function iterated(value: number, steps: number): number {
  for (let step = 0; step < steps; step++) {
    value *= 3.4445 - 4.775 * value ** 2 + 2.0315 * value ** 4;
  }
  return value;
}

it.each([
  [5, 3],
  [3, 5],
  [4, 4],
])(
  "leaves the singular vectors of a %d x %d matrix, and iterates on the values",
  (rows, columns) => {
    tf.tidy(() => {
      const least = Math.min(rows, columns);
      const basis = (n: number, seed: number): tf.Tensor2D => {
        const [q] = tf.linalg.qr(tf.randomNormal([n, n], 0, 1, "float32", seed));
        return tf.slice(q as tf.Tensor2D, [0, 0], [n, least]);
      };
      const [u, v] = [basis(rows, 1), basis(columns, 2)];
      const values = [2, 1, 0.1, 0.02].slice(0, least);
      const length = Math.hypot(...values);
      for (const steps of [1, 3, 5]) {
        const expected = values.map((value) => iterated(value / length, steps));
        const got = orthogonalized(composed(u, values, v), steps);
        // float32 products of up to five terms, each step up to 3.4 times as large as the one before.
        expectClose(got.dataSync(), composed(u, expected, v).dataSync(), {
          rtol: 1e-4,
          atol: 1e-4,
        });
      }
    });
  },
);

it("makes nothing of nothing", () => {
  expect([...orthogonalized(tf.zeros([2, 3]), 5).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...toNorm(tf.zeros([2]), 3).dataSync()]).toEqual([0, 0]);
});

it("scales to a norm", () => {
  expectClose(toNorm(tf.tensor1d([3, 4]), 10).dataSync(), [6, 8], { rtol: 1e-6, atol: 0 });
});
