/** What an attack on a parser measures beside the errors: the time of an input, and the heap. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Milliseconds of processor time that no input may take: other work on the machine does not count. */
const LIMIT = 100;

/** Bytes of the heap in use, after a collection. */
export function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/**
 * Parses one input; what takes too long has two more tries, since the collector may have been at work.
 * @returns what was thrown, if anything.
 */
export async function attack(parse: () => unknown): Promise<unknown> {
  let error: unknown;
  let fastest = Infinity;
  for (let attempt = 0; attempt < 3 && fastest > LIMIT; attempt++) {
    error = undefined;
    const began = process.cpuUsage();
    try {
      await parse();
    } catch (cause) {
      error = cause;
    }
    const { user, system } = process.cpuUsage(began);
    fastest = Math.min(fastest, (user + system) / 1000);
  }
  expect(fastest).toBeLessThan(LIMIT);
  return error;
}
