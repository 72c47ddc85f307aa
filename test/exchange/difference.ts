import type { Tensor } from "@tensorflow/tfjs-core";
import { expect } from "vitest";

/** The largest difference between tensors of the same shapes, of numbers above 1 by their size. */
export function largestDifference(got: readonly Tensor[], expected: readonly Tensor[]): number {
  expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  return Math.max(
    ...got.flatMap((tensor, i) => {
      const [a, b] = [tensor.dataSync(), expected[i].dataSync()];
      const scale = Math.max(1, ...b.map(Math.abs));
      return Array.from(a, (value, k) => Math.abs(value - b[k]) / scale);
    }),
  );
}
