import type { LinearMemory } from "./linear-memory.ts";

/** Integers that have to be from 0 to below a limit. */
export interface Range {
  readonly length: number;
  readonly limit: number;
  /** What is thrown because of one that is not. */
  readonly wrong: (value: number) => Error;
}

/** Throws unless all of these integers in memory are in a range. */
export function checkRange(heap: LinearMemory, at: number, { length, limit, wrong }: Range): void {
  const values = new Int32Array(heap.memory.buffer, at, length);
  for (const value of values) if (!(value >= 0 && value < limit)) throw wrong(value);
}
