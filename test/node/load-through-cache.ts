/**
 * One of several processes that load through one cache at the same time:
 * `node --import tsx load-through-cache.ts <cacheDir> <number>`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { loadRecords } from "../../src/dataset/load-records.ts";
import { randomStream } from "../../src/random/stream.ts";
import { cachedSource } from "../../src/node/cached-source.ts";
import { manifestOf, syntheticRecords } from "../dataset/synthetic.ts";

const [cacheDir, number] = process.argv.slice(2);
const files = Object.fromEntries([0, 1, 2, 3].map((i) => [`${i}.bin`, syntheticRecords(10, i)]));
const manifest = manifestOf(files);
const rng = randomStream(Number(number), "test-delays");
const source = cachedSource({
  cacheDir,
  files: manifest.files,
  fetchers: [
    {
      from: "npm",
      downloadBytes: 1,
      async *fetch() {
        for (const [name, bytes] of Object.entries(files)) {
          await sleep(rng.integer(50));
          yield { name, bytes };
        }
      },
    },
  ],
  onProgress: () => undefined,
  warn: console.log,
});
void loadRecords(source, manifest).then((set) => {
  console.log(`loaded ${set.length} samples`);
});
