import { gzipSync, inflateSync } from "node:zlib";
import { decodePng } from "../../src/bytes/png.ts";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { gunzip } from "../../src/bytes/gunzip.ts";
import { MEMORY, type Trials, type Untried } from "./trial.ts";

const packed = gzipSync(Uint8Array.of(1, 2, 3));
const png = encodePng(Uint8Array.of(1, 2, 3), [1, 1, 3]);
const decode = (bytes: Uint8Array): unknown =>
  decodePng(bytes, { width: 1, height: 1 }, (data) => inflateSync(data));

export const trials: Trials = {
  "the file is damaged or another one: get it again": [
    () => gunzip("labels", packed.subarray(0, 20), 3),
    () => gunzip("labels", packed, 3),
  ],
  "the file is damaged or of another kind: get it again": [
    () => decode(png.subarray(1)),
    () => decode(png),
  ],
};

export const untried: Untried = {
  "correct the size that it is said to have, or split the file": MEMORY,
};
