import { gzipSync, inflateSync } from "node:zlib";
import { decodePng } from "../../src/bytes/png.ts";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { decompress } from "../../src/bytes/decompress.ts";
import { MEMORY, type Trials, type Untried } from "./trial.ts";

const packed = gzipSync(Uint8Array.of(1, 2, 3));
const gunzip = (bytes: Uint8Array): unknown =>
  decompress("gunzip of labels", { format: "gzip", what: "gzip file" }, bytes, 3);
const png = encodePng(Uint8Array.of(1, 2, 3), [1, 1, 3]);
const decode = (bytes: Uint8Array): unknown =>
  decodePng(bytes, { width: 1, height: 1 }, (data) => inflateSync(data));

export const trials: Trials = {
  "the file is damaged or another one: get it again": [
    () => gunzip(packed.subarray(0, 20)),
    () => gunzip(packed),
  ],
  "the file is damaged or of another kind: get it again": [
    () => decode(png.subarray(1)),
    () => decode(png),
  ],
};

export const untried: Untried = {
  "correct the size that it is said to have, or split the file": MEMORY,
};
