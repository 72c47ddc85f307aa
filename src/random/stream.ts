/**
 * Random streams keyed by what they are for.
 *
 * Every random choice has an address: a seed, a purpose, and indices such as epoch and image. The
 * numbers at an address never depend on what was drawn elsewhere, or how often, or in what order.
 * That is what makes an epoch a pure function of (seed, epoch), a run repeatable, and a resumed run
 * equal to one that was never interrupted.
 */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { mix32 } from "./mix.ts";
import type { Rng } from "./rng.ts";

/** Changes whenever the numbers at an address change; part of every checkpoint. */
export const RANDOM_STREAM_VERSION = 1;

/**
 * The stream at an address, from its beginning.
 * @param seed any safe integer; 0 and negative numbers are seeds like any other.
 * @param purpose what the numbers decide, e.g. `"shuffle"`; other purposes give unrelated numbers.
 * @param indices safe integers that tell apart the streams of one purpose, e.g. epoch and image.
 */
export function randomStream(seed: number, purpose: string, ...indices: number[]): Rng {
  const generator = xoroshiro128plusFromState(hashKey(seed, purpose, indices));
  return {
    uint32: () => generator.next() >>> 0,
    uniform: () => uniformFloat64(generator),
    integer(n) {
      // Drop the draws beyond the last whole multiple of n: the rest divides evenly.
      const limit = 2 ** 32 - (2 ** 32 % n);
      for (;;) {
        const draw = generator.next() >>> 0;
        if (draw < limit) return draw % n;
      }
    },
  };
}

/**
 * A seed for code that wants a single number, such as a TensorFlow.js operation.
 * @returns an integer in [1, 2^31): never 0, which TensorFlow.js takes for "no seed".
 */
export function deriveSeed(seed: number, purpose: string, ...indices: number[]): number {
  return (hashKey(seed, purpose, indices)[0] >>> 1) | 1;
}

/** The address as 128 well-mixed bits, never all zero. */
function hashKey(seed: number, purpose: string, indices: readonly number[]): number[] {
  const lanes: number[] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  const absorb = (word: number): void => {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = mix32(lanes[lane] ^ Math.imul(word, 0x85ebca6b + 2 * lane));
      // Each lane also sees its neighbour, so that no lane can be computed without the others.
      lanes[lane] = (lanes[lane] + lanes[(lane + 1) & 3]) | 0;
    }
  };
  const absorbInteger = (value: number): void => {
    absorb(value | 0);
    absorb(Math.floor(value / 2 ** 32) | 0);
  };
  absorbInteger(seed);
  absorb(purpose.length);
  for (let i = 0; i < purpose.length; i++) absorb(purpose.charCodeAt(i));
  for (const index of indices) absorbInteger(index);
  absorb(indices.length);
  for (let lane = 0; lane < 4; lane++) lanes[lane] = mix32(lanes[lane]);
  // The one state from which the generator would never move.
  if ((lanes[0] | lanes[1] | lanes[2] | lanes[3]) === 0) lanes[0] = 1;
  return lanes;
}
