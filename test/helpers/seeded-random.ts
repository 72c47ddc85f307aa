/**
 * Set up before every test file: what tfjs draws without a seed (initial weights, random tensors) comes
 * from `Math.random`, and a test that draws something else each time fails one time in a thousand.
 * Every test starts from the same place. `TEST_SEED=7 npm test` draws other numbers, to look for
 * tests that hold for the usual ones only.
 */
import { beforeEach } from "vitest";

const SEED = Number(globalThis.process?.env.TEST_SEED ?? 1);
let state = SEED;

// mulberry32: 32 bits a call.
// eslint-disable-next-line no-restricted-properties -- what the rest of the project may not call
Math.random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let bits = Math.imul(state ^ (state >>> 15), state | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
};

beforeEach(() => {
  state = SEED;
});
