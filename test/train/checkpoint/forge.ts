/** Checkpoint files made by hand, with a right SHA-256 whatever they say. */
import { createHash } from "node:crypto";
import type { Checkpoint } from "../../../src/train/checkpoint/checkpoint.ts";

const MAGIC = "\x89CKCP\r\n\x1a";

/** A file of the parts that the format has. */
export function forge(
  header: string | Uint8Array,
  payload: Uint8Array,
  { magic = MAGIC, version = 1, headerBytes = Buffer.from(header).length } = {},
): Uint8Array {
  const prefix = Buffer.alloc(16);
  prefix.write(magic, "latin1");
  prefix.writeUInt32LE(version, 8);
  prefix.writeUInt32LE(headerBytes, 12);
  const body = Buffer.concat([prefix, Buffer.from(header), payload]);
  const digest = createHash("sha256").update(body).digest("hex");
  return new Uint8Array(Buffer.concat([body, Buffer.from(digest, "latin1")]));
}

/** The two parts of a file that the library wrote. */
export function partsOf(file: Uint8Array): { header: string; payload: Uint8Array } {
  const length = Buffer.from(file).readUInt32LE(12);
  return {
    header: Buffer.from(file.subarray(16, 16 + length)).toString(),
    payload: file.subarray(16 + length, file.length - 64),
  };
}

/** A small checkpoint in which every field says something. */
export function sampleCheckpoint(): Checkpoint {
  const history = (n: number): Checkpoint["histories"][number] => ({
    epochs: Array.from({ length: n }, (_, i) => i),
    loss: Array.from({ length: n }, (_, i) => 1 / (i + 3)),
    accuracy: Array.from({ length: n }, (_, i) => i / 7),
    valLoss: [],
    valAccuracy: [],
    metrics: { binary: Array.from({ length: n }, (_, i) => i / 3) },
    seconds: Array.from({ length: n }, () => 0.5),
  });
  return {
    manifest: { backend: "cpu", phases: [{ epochs: 3 }], "odd key: ü": null },
    position: { phase: 1, epoch: 2, step: 5, begun: true, stopped: false },
    steps: 47,
    learningRate: 0.1 + 0.2,
    means: { sums: [1e-300, 2.5], samples: 40, logs: { loss: 5e-324, accuracy: 0.5 } },
    seconds: 12.25,
    histories: [history(3), history(2)],
    callbacks: [
      {
        key: "early",
        state: { best: 0.25, weights: [Float32Array.of(1, 2), Int32Array.of(-3)], none: null },
      },
      { key: "late", state: ["text", true] },
    ],
    weights: [
      { name: "dense/kernel", shape: [2, 3], values: Float32Array.of(1, -0, 1e-45, 4, 5, 6) },
      { name: "nothing", shape: [0, 3], values: new Float32Array(0) },
    ],
    optimizer: [{ name: "iter", shape: [], values: Int32Array.of(47) }],
    result: [{ name: "given", shape: [2], values: Float32Array.of(7, -8) }],
  };
}
