/**
 * A training step and the evaluation of images on each backend that Node has.
 *
 *     npx tsx test/bench/backends.bench.ts [--backends simd,simd1,wasm] [--batch 32]
 *
 * Each backend in a process of its own; medians. `simd1` is the simd backend with one thread. `cpu`
 * can be asked for, too: a step takes minutes there.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, evaluate, trainPhase } from "../../src/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { type Figure, median, report } from "./figures.ts";
import { noiseImages } from "./noise.ts";

const { values: options } = parseArgs({
  options: {
    backends: { type: "string", default: "simd,simd1,wasm" },
    batch: { type: "string", default: "32" },
    serve: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const batch = Number(options.batch);

/** Steps to time, after two that do not count, and images to evaluate. */
const EFFORT: Record<string, { steps: number; images: number }> = {
  simd: { steps: 40, images: 10_000 },
  simd1: { steps: 40, images: 10_000 },
  wasm: { steps: 3, images: 512 },
  cpu: { steps: 1, images: 32 },
};

interface Measured {
  readonly step: number;
  readonly imagesPerSecond: number;
}

if (options.serve) console.log(JSON.stringify(await measure(options.serve)));
else {
  const figures = options.backends.split(",").flatMap((name): Figure[] => {
    const { step, imagesPerSecond } = inOwnProcess(name);
    const label = name === "simd1" ? "simd, 1 thread" : name;
    return [
      { what: `${label}: a step, batch ${batch}`, value: step, unit: "ms" },
      { what: `${label}: evaluation`, value: imagesPerSecond, unit: "images/s" },
    ];
  });
  const command = "npx tsx test/bench/backends.bench.ts";
  report("Training and evaluation by backend", command, figures, `tfjs ${tf.version_core}`);
}

function inOwnProcess(backend: string): Measured {
  const self = fileURLToPath(import.meta.url);
  const args = ["--import", "tsx", self, "--serve", backend, "--batch", options.batch];
  const { stdout, status } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`backends.bench: backend ${backend} failed`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Measured;
}

async function measure(name: string): Promise<Measured> {
  const { steps, images } = EFFORT[name];
  if (name === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  if (name === "simd1") await registerSimdBackend({ threads: 1 });
  if (name === "simd") await registerSimdBackend();
  await tf.setBackend(name.replace("1", ""));
  const model = buildCifarModel({ seed: 1 });
  const times: number[] = [];
  let began = 0;
  await trainPhase(model, {
    ...{ train: noiseImages(batch * (steps + 2)), epochs: 1, batchSize: batch, verbose: 0 },
    callbacks: [
      {
        readEvery: 1,
        onBatchBegin: () => void (began = performance.now()),
        onBatchEnd: (step) => {
          if (step > 1) times.push(performance.now() - began);
        },
      },
    ],
  });
  const set = noiseImages(images);
  await evaluate(model, set.take(256));
  const start = performance.now();
  await evaluate(model, set);
  return {
    step: median(times),
    imagesPerSecond: (1000 * images) / (performance.now() - start),
  };
}
