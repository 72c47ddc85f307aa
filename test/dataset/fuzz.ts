/** Seeded damage to valid files: whatever a parser makes of it, only the library's own errors may come. */
import { CifarKitError } from "../../src/errors.ts";
import { attack, heapUsed } from "../helpers/attack.ts";
import { randomStream } from "../../src/random/stream.ts";

/** Inputs per parser; the environment variable is for longer runs. */
export const FUZZ_INPUTS = Number(process.env.CIFAR_KIT_FUZZ ?? 2000);

/** Numbers that length fields like to be wrong with. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff];

/** One to four changes: bits, bytes, insertions, deletions, repetitions, extreme length fields. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const rng = randomStream(seed, "fuzz");
  let out = Array.from(bytes);
  for (let changes = 1 + rng.integer(4); changes > 0; changes--) {
    if (out.length === 0) break;
    const at = rng.integer(out.length);
    const span = 1 + rng.integer(16);
    switch (rng.integer(7)) {
      case 0:
        out[at] ^= 1 << rng.integer(8);
        break;
      case 1:
        out[at] = rng.integer(256);
        break;
      case 2:
        out.splice(at, 0, ...Array.from({ length: span }, () => rng.integer(256)));
        break;
      case 3:
        out.splice(at, span);
        break;
      case 4:
        out.splice(at, 0, ...out.slice(rng.integer(out.length), rng.integer(out.length)));
        break;
      case 5:
        out = out.slice(0, at);
        break;
      default:
        for (let i = 0; i < 8; i++) out[at + i] = EXTREMES[rng.integer(EXTREMES.length)];
    }
    out = out.slice(0, 2 * bytes.length + 64);
  }
  return Uint8Array.from(out);
}

/** What came of the inputs. */
export interface FuzzOutcome {
  readonly accepted: number;
  readonly refused: number;
  /** Errors that are not the library's, with the seed that gives them again. */
  readonly strange: readonly string[];
  /** Bytes of the heap after the run more than before it. */
  readonly growth: number;
}

/** Gives a parser many damaged copies of `bytes`; fails if one of them takes too long. */
export async function fuzz(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
  inputs = FUZZ_INPUTS,
): Promise<FuzzOutcome> {
  let [accepted, refused] = [0, 0];
  const strange: string[] = [];
  await attack(() => parse(bytes));
  const heap = heapUsed();
  for (let seed = 0; seed < inputs; seed++) {
    const input = mutate(bytes, seed);
    const error = await attack(() => parse(input));
    if (error === undefined) accepted++;
    else if (error instanceof CifarKitError) refused++;
    else strange.push(`seed ${seed}: ${(error as Error).message}`);
  }
  return { accepted, refused, strange, growth: heapUsed() - heap };
}
