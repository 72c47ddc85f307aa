/**
 * What busy neighbours do to a training step: one thread and all threads, in alternation, beside 0, 1
 * and as many endless loops as there are processors. All threads should never take more than 1.25 of
 * one thread's time, whatever runs beside them.
 *
 *     npx tsx test/bench/simd-load.bench.ts [rounds] [seconds a measurement]
 */
import { spawn, spawnSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { median } from "./figures.ts";

/** Milliseconds of a training step of a small network: the mean, because interruptions count. */
async function step(threads: number, seconds: number): Promise<number> {
  await registerSimdBackend({ threads });
  await tf.setBackend("simd");
  const conv = { filters: 32, kernelSize: 3, padding: "same", activation: "relu" } as const;
  const model = sequential({
    layers: [
      layers.conv2d({ ...conv, inputShape: [32, 32, 3] }),
      layers.conv2d(conv),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "categoricalCrossentropy" });
  const xs = tf.randomUniform([32, 32, 32, 3], 0, 1, "float32", 1);
  const labels = tf.tensor1d(
    Array.from({ length: 32 }, (_, i) => i % 10),
    "int32",
  );
  const ys = tf.cast(tf.oneHot(labels, 10), "float32");
  for (let i = 0; i < 20; i++) await model.trainOnBatch(xs, ys);
  const start = performance.now();
  let steps = 0;
  for (; performance.now() < start + 1000 * seconds; steps++) await model.trainOnBatch(xs, ys);
  return (performance.now() - start) / steps;
}

/** The same in a process of its own, beside `neighbours` endless loops. */
function stepBeside(neighbours: number, threads: number, seconds: number): number {
  const busy = Array.from({ length: neighbours }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
  const self = fileURLToPath(import.meta.url);
  const child = spawnSync(
    process.execPath,
    ["--import", "tsx", self, "child", String(threads), String(seconds)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for (const loop of busy) loop.kill();
  return Number(String(child.stdout));
}

if (process.argv[2] === "child") {
  console.log(await step(Number(process.argv[3]), Number(process.argv[4])));
} else {
  const [rounds = 5, seconds = 5] = process.argv.slice(2).map(Number);
  const cores = cpus().length;
  console.log(
    `${cores} x ${cpus()[0].model}, Node ${process.version}, load before ${loadavg()[0].toFixed(1)}`,
  );
  for (const neighbours of [0, 1, cores]) {
    const one: number[] = [];
    const all: number[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(stepBeside(neighbours, 1, seconds));
      all.push(stepBeside(neighbours, cores, seconds));
    }
    const ratios = all.map((ms, i) => ms / one[i]);
    const texts = [one, all].map((times) => `${median(times).toFixed(1)} ms`);
    console.log(
      `${neighbours} busy neighbours: 1 thread ${texts[0]}, ${cores} threads ${texts[1]}; ` +
        `median of the ratios ${median(ratios).toFixed(2)}, all ${ratios.map((r) => r.toFixed(2)).join(" ")}`,
    );
  }
}
