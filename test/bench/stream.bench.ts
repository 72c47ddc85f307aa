/**
 * What it costs to train on pictures that stay in their files: memory, and who waits for whom.
 *
 *     npx tsx test/bench/stream.bench.ts [--pictures 2000] [--filters 16] [--workers 2]
 *
 * JPEG files of 320 x 240 become images of 224 x 224; a network of one convolution with stride 4 is trained on
 * them for an epoch and measured, in batches of 32. Prints the growth of the process at its peak, and pictures a
 * second of decoding alone, of training on as many in memory, and of training on the stream.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import sharp from "sharp";
import { evaluate, randomStream, trainPhase } from "../../src/index.ts";
import { imageStream } from "../../src/node/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";

const { values } = parseArgs({
  options: {
    pictures: { type: "string", default: "2000" },
    filters: { type: "string", default: "16" },
    workers: { type: "string", default: String(Math.min(availableParallelism(), 8)) },
  },
});
const [pictures, filters, workers] = [values.pictures, values.filters, values.workers].map(Number);
const imageShape = [224, 224, 3] as const;

const root = mkdtempSync(join(tmpdir(), "cifar-kit-stream-"));
try {
  await writePictures();
  await registerSimdBackend();
  await tf.setBackend("simd");
  const few = await imageStream(root, { imageShape, workers });
  const model = network();
  // The kernels, the threads and the replay of steps are there before anything is counted.
  const warm = {
    train: await few.load([...Array(256).keys()]),
    batchSize: 32,
    verbose: 0,
  } as const;
  await trainPhase(model, { ...warm, epochs: 1 });
  const inMemory = await rate(256, () => trainPhase(model, { ...warm, epochs: 1 }));
  const before = process.memoryUsage().rss;

  const stream = await imageStream(root, { imageShape, workers });
  const training = await rate(pictures, () =>
    trainPhase(model, { train: stream, epochs: 1, batchSize: 32, verbose: 0 }),
  );
  await evaluate(model, stream, { batchSize: 32 });
  const growth = process.resourceUsage().maxRSS * 1024 - before;
  const fresh = await imageStream(root, { imageShape, workers, cacheBytes: 0 });
  const decoding = await rate(512, () => fresh.load([...Array(512).keys()]));
  console.log(
    JSON.stringify({
      ...{ pictures, filters, workers, load: loadavg()[0] },
      growthMegabytes: Math.round(growth / 1e6),
      picturesPerSecond: { decoding, inMemory, training },
    }),
  );
} finally {
  rmSync(root, { recursive: true });
}

/** Photos of a kind: soft noise, of which a hundred are written again and again. */
async function writePictures(): Promise<void> {
  const rng = randomStream(1, "photos");
  const photos: Buffer[] = [];
  for (let i = 0; i < 100; i++) {
    const data = Uint8Array.from({ length: 40 * 30 * 3 }, () => rng.integer(256));
    const small = sharp(data, { raw: { width: 40, height: 30, channels: 3 } } as never);
    photos.push((await (small as never as Resizable).resize(320, 240).jpeg().toBuffer()) as Buffer);
  }
  for (const folder of ["a", "b"]) mkdirSync(join(root, folder));
  for (let i = 0; i < pictures; i++) {
    writeFileSync(join(root, i % 2 === 0 ? "a" : "b", `${i}.jpg`), photos[i % photos.length]);
  }
}

/** What the declarations of sharp in src leave out. */
interface Resizable {
  resize(width: number, height: number): { jpeg(): { toBuffer(): Promise<Uint8Array> } };
}

function network() {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [...imageShape], filters, kernelSize: 7, strides: 4 }),
      layers.globalMaxPooling2d({}),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

async function rate(count: number, action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return Math.round((count / (performance.now() - began)) * 1000);
}
