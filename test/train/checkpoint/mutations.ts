import type { Rng } from "cifar-kit";
import { forge, partsOf } from "./forge.ts";

/** Numbers at which readers stumble. */
const EXTREMES = [
  "-1",
  "0",
  "0.5",
  "1e999",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551616",
  "null",
  "true",
  '"7"',
  "[]",
  "{}",
  '{"$array":0}',
  '"__proto__"',
];

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.integer(list.length)];

/** Bytes with some of them changed, inserted, left out, doubled or moved. */
function mutateBytes(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.integer(bytes.length + 1);
  const length = Math.min(1 + rng.integer(16), bytes.length - at);
  const [before, part, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  const noise = Uint8Array.from({ length }, () => rng.integer(256));
  const flipped = Uint8Array.from(part, (byte) => byte ^ (1 << rng.integer(8)));
  const parts = pick(rng, [
    [before, flipped, after],
    [before, noise, after],
    [before, noise, part, after],
    [before, after],
    [before, part, part, after],
    [before],
    [after, part, before],
  ]);
  return new Uint8Array(Buffer.concat(parts));
}

/** A header with a number, a string or a bracket exchanged. */
function mutateHeader(header: string, rng: Rng): string {
  const values = [...header.matchAll(/-?\d+(\.\d+)?(e-?\d+)?|"[^"]*"/g)];
  // Mostly values, so that the JSON stays whole.
  const tokens = rng.integer(4) ? values : [...header.matchAll(/[[\]{},:]/g)];
  const token = pick(rng, tokens);
  const other = rng.integer(4) === 0 ? pick(rng, tokens)[0] : pick(rng, EXTREMES);
  return header.slice(0, token.index) + other + header.slice(token.index + token[0].length);
}

/** A file that is mostly a checkpoint; often its SHA-256 is right in spite of it all. */
export function mutate(file: Uint8Array, rng: Rng): Uint8Array {
  const { header, payload } = partsOf(file);
  switch (rng.integer(5)) {
    case 0:
      return mutateBytes(file, rng);
    case 1:
      return forge(mutateBytes(Buffer.from(header), rng), payload);
    case 2:
      return forge(mutateHeader(header, rng), payload);
    case 3:
      return forge(mutateHeader(mutateHeader(header, rng), rng), mutateBytes(payload, rng));
    default:
      return forge(header, payload, {
        magic: rng.integer(4) ? undefined : "\x89CKCQ\r\n\x1a",
        version: rng.integer(2) ? 1 : rng.uint32(),
        headerBytes: rng.integer(2) ? rng.uint32() : rng.integer(2 * header.length),
      });
  }
}
