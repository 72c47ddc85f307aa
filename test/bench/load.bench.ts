/**
 * Time from a warm cache to CIFAR-10 in memory, and of its parts.
 *
 *     npx tsx test/bench/load.bench.ts
 *
 * Medians of seven runs after one that fills the cache of the operating system. Wall time: reading
 * and hashing run beside the main thread. The first use downloads 139 MB, which is not counted.
 */
import { CIFAR10_MANIFESTS, loadCifar10, normalize } from "../../src/dataset/index.ts";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import { sha256Fallback } from "../../src/bytes/sha256-fallback.ts";
import { sha256 } from "../../src/bytes/sha256.ts";
import { cifar10Source } from "../../src/node/cifar10-source.ts";
import { type Figure, median, report } from "./figures.ts";

const RUNS = 7;

async function milliseconds(work: () => unknown): Promise<number> {
  const times: number[] = [];
  await work();
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function main(): Promise<void> {
  const source = cifar10Source();
  const names = [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files].map(
    ({ name }) => name,
  );
  const files = await Promise.all(names.map((name) => source.read(name)));
  const { test } = await loadCifar10(source, { split: "test" });
  const each = async (work: (bytes: Uint8Array) => unknown): Promise<void> => {
    for (const bytes of files) await work(bytes);
  };

  const rows: [string, number][] = [
    ["loadCifar10, everything verified", await milliseconds(() => loadCifar10(source))],
    [
      "of which reading six files",
      await milliseconds(async () => {
        for (const name of names) await source.read(name);
      }),
    ],
    ["of which SHA-256 of six files", await milliseconds(() => each(sha256))],
    ["of which decoding six files", await milliseconds(() => each((b) => decodeRecords(b)))],
    ["SHA-256 of one file without WebCrypto", await milliseconds(() => sha256Fallback(files[0]))],
    ["normalize, 10,000 images", await milliseconds(() => normalize(test.images))],
  ];
  const figures = rows.map(([what, value]): Figure => ({ what, value, unit: "ms" }));
  report("Loading CIFAR-10 from the cache", "npx tsx test/bench/load.bench.ts", figures);
}

void main();
