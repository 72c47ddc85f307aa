import { expect } from "vitest";
import { DataError, randomStream } from "cifar-kit";
import { attack, heapUsed } from "../../helpers/attack.ts";
import { decodeCheckpoint } from "../../../src/train/checkpoint/decode.ts";
import { encodeCheckpoint } from "../../../src/train/checkpoint/encode.ts";
import { sampleCheckpoint } from "./forge.ts";
import { mutate } from "./mutations.ts";

/** What became of the inputs: how often each kind of message came, and how many were accepted. */
export interface FuzzReport {
  readonly accepted: number;
  readonly refused: number;
  readonly kinds: ReadonlyMap<string, number>;
  /** Bytes of the heap after the run more than before it. */
  readonly growth: number;
}

/** Feeds damaged and forged files to the checkpoint reader; fails unless it only ever refuses them. */
export async function fuzzDecoder(inputs: number, seed: number): Promise<FuzzReport> {
  const file = await encodeCheckpoint(sampleCheckpoint());
  const kinds = new Map<string, number>();
  let accepted = 0;
  const heap = heapUsed();
  for (let i = 0; i < inputs; i++) {
    const input = mutate(file, randomStream(seed, "checkpoint fuzz", i));
    const error = await attack(() => decodeCheckpoint(input));
    if (error === undefined) {
      accepted++;
      continue;
    }
    expect(error, `input ${i} of seed ${seed}`).toBeInstanceOf(DataError);
    // The kind of a message is its expectation without what is particular.
    const kind = (error as DataError).message.replace(/, got .*/s, "").replace(/["'\d].*/s, "");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  expect({}).not.toHaveProperty("polluted");
  const growth = heapUsed() - heap;
  return { accepted, refused: inputs - accepted, kinds, growth };
}
