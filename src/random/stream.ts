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
import { check, checkInteger, checkSeed, describe } from "../checks.ts";
import { mix32 } from "./mix.ts";
import type { Rng } from "./rng.ts";

/** Changes whenever the numbers at an address change; part of every checkpoint. */
export const RANDOM_STREAM_VERSION = 1;

/**
 * The stream at an address, from its beginning.
 * @param seed any safe integer; 0 and negative numbers are seeds like any other.
 * @param purpose what the numbers decide, e.g. `"shuffle"`; other purposes give unrelated numbers.
 * @param indices safe integers that tell apart the streams of one purpose, e.g. epoch and image.
 * @throws {ArgumentError} if `seed` or an index is no safe integer or there is no purpose.
 */
export function randomStream(seed: number, purpose: string, ...indices: number[]): Rng {
  checkSeed("randomStream", seed);
  for (const index of indices) checkInteger("randomStream", "every index", index);
  check(
    typeof purpose === "string",
    "randomStream",
    "a text that says what the numbers are for",
    describe(purpose),
    'pass e.g. "shuffle"',
  );
  return new KeyedRng(hashKey(seed, purpose, indices));
}

/**
 * A seed for code that wants a single number, such as a TensorFlow.js operation.
 * @returns an integer in [1, 2^31): never 0, which TensorFlow.js takes for "no seed".
 */
export function deriveSeed(seed: number, purpose: string, ...indices: number[]): number {
  return (hashKey(seed, purpose, indices)[0] >>> 1) | 1;
}

class KeyedRng implements Rng {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  uint32(): number {
    return this.#generator.next() >>> 0;
  }

  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      checkInteger("Rng.integer", "n", n, { min: 1, max: 2 ** 32 });
    }
    // Drop the draws beyond the last whole multiple of n: the rest divides evenly.
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const draw = this.#generator.next() >>> 0;
      if (draw < limit) return draw % n;
    }
  }
}

/**
 * The address as 128 well-mixed bits, never all zero. The four lanes are plain variables, since an
 * augmented epoch opens one stream an image: this is far faster than an array of lanes.
 */
function hashKey(seed: number, purpose: string, indices: readonly number[]): number[] {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = 0xb7e15162 | 0;
  let d = 0x6a09e667 | 0;
  const seedWords = 2;
  const purposeWords = 1 + purpose.length;
  const words = seedWords + purposeWords + 2 * indices.length + 1;
  for (let i = 0; i < words; i++) {
    const word = keyWord(i, seed, purpose, indices);
    // Each lane also sees its neighbour, so that no lane can be computed without the others.
    a = (mix32(a ^ Math.imul(word, 0x85ebca6b)) + b) | 0;
    b = (mix32(b ^ Math.imul(word, 0x85ebca6d)) + c) | 0;
    c = (mix32(c ^ Math.imul(word, 0x85ebca6f)) + d) | 0;
    d = (mix32(d ^ Math.imul(word, 0x85ebca71)) + a) | 0;
  }
  a = mix32(a);
  b = mix32(b);
  c = mix32(c);
  d = mix32(d);
  // The one state from which the generator would never move.
  return [(a | b | c | d) === 0 ? 1 : a, b, c, d];
}

/** Word `i` of the address: seed, length and letters of the purpose, indices, their number. */
function keyWord(i: number, seed: number, purpose: string, indices: readonly number[]): number {
  if (i < 2) return i === 0 ? seed | 0 : highWord(seed);
  if (i === 2) return purpose.length;
  const letter = i - 3;
  if (letter < purpose.length) return purpose.charCodeAt(letter);
  const place = letter - purpose.length;
  if (place >= 2 * indices.length) return indices.length;
  const index = indices[place >> 1];
  return (place & 1) === 0 ? index | 0 : highWord(index);
}

/** Bits 32 and up of a safe integer, in two's complement. */
function highWord(value: number): number {
  return Math.floor(value / 2 ** 32) | 0;
}
