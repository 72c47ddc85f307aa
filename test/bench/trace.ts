/**
 * Where the time of a training step goes on the simd backend, kernel by kernel.
 *
 *     npm run bench -- --trace [--batch 32] [--threads 2] [--steps 30]
 *
 * Sums the wall time that the calling thread spends in each WebAssembly kernel; what is left of the
 * step is JavaScript: TensorFlow.js's bookkeeping, the tape of gradients, assembling the batch.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, trainPhase } from "../../src/index.ts";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import { noiseImages } from "./noise.ts";

const WARM_UP = 5;

const { values: options } = parseArgs({
  options: {
    trace: { type: "boolean" },
    batch: { type: "string", default: "32" },
    threads: { type: "string" },
    steps: { type: "string", default: "30" },
  },
});
const [batch, steps] = [Number(options.batch), Number(options.steps)];
await registerSimdBackend(options.threads ? { threads: Number(options.threads) } : {});
await tf.setBackend("simd");
const backend = tf.backend() as unknown as SimdBackend;

const spent = new Map<string, { ms: number; calls: number }>();
const pool = ThreadPool.prototype;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the pool below
const { run } = pool;
pool.run = function (call, ...rest) {
  const began = performance.now();
  run.call(this, call, ...rest);
  const { name } = call.kernel;
  const entry = spent.get(name) ?? { ms: 0, calls: 0 };
  spent.set(name, { ms: entry.ms + performance.now() - began, calls: entry.calls + 1 });
};

const model = buildCifarModel({ seed: 1 });
let began = 0;
await trainPhase(model, {
  ...{ train: noiseImages(batch * (steps + WARM_UP)), epochs: 1, batchSize: batch, verbose: 0 },
  callbacks: [
    {
      onBatchBegin: (step) => {
        if (step !== WARM_UP) return;
        spent.clear();
        began = performance.now();
      },
    },
  ],
});
const total = (performance.now() - began) / steps;

console.log(
  `${cpus().length} x ${cpus()[0].model}, Node ${process.version}; ${backend.build} build, ` +
    `${backend.threads} threads, batch ${batch}, mean of ${steps} steps`,
);
const row = (name: string, ms: number, calls?: number): string =>
  `${name.padEnd(40)}${ms.toFixed(2).padStart(9)} ms${((100 * ms) / total).toFixed(1).padStart(7)} %` +
  (calls === undefined ? "" : `${calls.toFixed(1).padStart(9)} calls`);
const kernels = [...spent].sort(([, a], [, b]) => b.ms - a.ms);
let inKernels = 0;
for (const [kernel, { ms, calls }] of kernels) {
  inKernels += ms / steps;
  console.log(row(kernel, ms / steps, calls / steps));
}
console.log(row("outside of kernels", total - inKernels));
console.log(row("a step", total));
process.exit(0);
