import { createHash } from "node:crypto";
import type { ByteSource } from "../../src/dataset/byte-source.ts";
import { CIFAR10_CLASS_NAMES, CIFAR10_LAYOUT } from "../../src/dataset/cifar10.ts";
import type { RecordManifest } from "../../src/dataset/manifest.ts";
import { randomStream } from "../../src/random/stream.ts";

/** Records in CIFAR-10's layout with random pixels and labels 0, 1, 2 ... in turn. */
export function syntheticRecords(count: number, seed = 0): Uint8Array {
  const rng = randomStream(seed, "test-records");
  const bytes = Uint8Array.from({ length: count * 3073 }, () => rng.integer(256));
  for (let i = 0; i < count; i++) bytes[i * 3073] = i % 10;
  return bytes;
}

export const sha256Hex = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** The manifest that describes just these files. */
export function manifestOf(files: Readonly<Record<string, Uint8Array>>): RecordManifest {
  return {
    name: "synthetic",
    files: Object.entries(files).map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: sha256Hex(bytes),
    })),
    layout: CIFAR10_LAYOUT,
    classNames: CIFAR10_CLASS_NAMES,
  };
}

/** A source that has its files in memory. */
export function memorySource(files: Readonly<Record<string, Uint8Array>>): ByteSource {
  return { read: (name) => Promise.resolve(files[name]) };
}
