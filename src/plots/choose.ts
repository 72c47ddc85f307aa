import { permutation } from "../random/permutation.ts";
import { randomStream } from "../random/stream.ts";

/**
 * Up to `count` of the candidates, none twice, in ascending order. The choice is a pure function of
 * the seed and the candidates.
 */
export function choose(candidates: readonly number[], count: number, seed: number): number[] {
  const order = permutation(candidates.length, randomStream(seed, "plot samples"));
  return Array.from(order.subarray(0, count), (i) => candidates[i]).sort((a, b) => a - b);
}
