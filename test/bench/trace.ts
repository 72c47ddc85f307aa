/**
 * Where the time of a training step goes on the simd backend, kernel by kernel.
 *
 *     npm run bench -- --trace [--network notebook] [--batch 32] [--threads 2] [--steps 30]
 *     npm run bench -- --trace --simulate 4,8,16
 *
 * Sums the wall time that the calling thread spends in each WebAssembly kernel; what is left of the
 * step is JavaScript: TensorFlow.js's bookkeeping, the tape of gradients, assembling the batch.
 *
 * `--simulate` works on one thread, takes the time of every single task, and works out how long each
 * call would take on so many threads that claim its tasks as the pool's do: what calls of few tasks cost
 * where there are many cores. Waking threads, and memory that all of them share, cost nothing there.
 *
 * Networks: `notebook`; `small`, the same with 4 filters; `fast`, e.g. `fast:64/256/256:gelu`; `recipe`, e.g.
 * `recipe:32/128/128`, the same network as trainFast trains it, with `--pixels 20` on smaller images.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildFastModel, trainFast, trainPhase } from "../../src/index.ts";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { type PreparedCall, ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import { CONSTANTS } from "../../src/simd/schema/constants.ts";
import { stepNetwork } from "./step-networks.ts";
import { noiseImages } from "./noise.ts";

const WARM_UP = 5;
/** With fewer tasks than this a call is named: cuts should be for so many threads. */
const ENOUGH_TASKS = 32;

const { values: options } = parseArgs({
  options: {
    trace: { type: "boolean" },
    network: { type: "string", default: "notebook" },
    batch: { type: "string", default: "32" },
    threads: { type: "string" },
    steps: { type: "string", default: "30" },
    simulate: { type: "string" },
    pixels: { type: "string" },
  },
});
const [batch, steps] = [Number(options.batch), Number(options.steps)];
const threads = options.simulate ? "1" : options.threads;
await registerSimdBackend(threads ? { threads: Number(threads) } : {});
await tf.setBackend("simd");
const backend = tf.backend() as unknown as SimdBackend;

/** What a call of a plan took, over all steps. */
interface Spent {
  ms: number;
  times: number;
  /** The fewest milliseconds of each task. */
  readonly tasks: number[];
}

const spent = new Map<PreparedCall, Spent>();
const pool = ThreadPool.prototype;
/* eslint-disable @typescript-eslint/unbound-method -- called on the pool below */
const { runAt } = pool;
// Programs go step by step, too, and so come here; by themselves threads go through them faster.
pool.isTimed = () => true;
const runTasks = options.simulate ? await taskByTask() : null;
pool.runAt = function (call, params, isTimed) {
  const entry = spent.get(call) ?? { ms: 0, times: 0, tasks: [] };
  spent.set(call, entry);
  const began = performance.now();
  const trap = runTasks ? runTasks(call, params, entry) : runAt.call(this, call, params, isTimed);
  entry.ms += performance.now() - began;
  entry.times++;
  return trap;
};

/** Runs a call on this thread, and takes the time of each task. */
async function taskByTask(): Promise<(call: PreparedCall, params: number, to: Spent) => null> {
  const { memory, shared } = backend.heap;
  const module = await compileKernels(backend.build, shared);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const scratch = backend.heap.allocate(CONSTANTS.SCRATCH_BYTES);
  return ({ kernel, tasks }, params, { tasks: times }) => {
    const run = exports[kernel.name] as (task: number, params: number, scratch: number) => void;
    for (let task = 0; task < tasks; task++) {
      const began = performance.now();
      run(task, params, scratch);
      times[task] = Math.min(times[task] ?? Infinity, performance.now() - began);
    }
    return null;
  };
}

const train = noiseImages(batch * (steps + WARM_UP));
let began = 0;
const onBatchBegin = (step: number): void => {
  if (step !== WARM_UP) return;
  for (const entry of spent.values()) Object.assign(entry, { ms: 0, times: 0 });
  began = performance.now();
};
const run = {
  ...{ train, epochs: 1, batchSize: batch, verbose: 0 as const },
  callbacks: [{ onBatchBegin }],
};
const [kind, widths] = options.network.split(":");
if (kind === "recipe") {
  const model = buildFastModel({ whiten: train, widths: widths?.split("/").map(Number) });
  await trainFast(model, {
    ...run,
    imageSize: options.pixels ? Number(options.pixels) : undefined,
  });
} else {
  await trainPhase(stepNetwork(options.network), run);
}
const total = (performance.now() - began) / steps;

console.log(
  `${cpus().length} x ${cpus()[0].model}, Node ${process.version}; ${backend.build} build, ` +
    `${backend.threads} threads, ${options.network}, batch ${batch}, mean of ${steps} steps`,
);
const calls = [...spent].filter(([, { times }]) => times > 0);
if (options.simulate) printSimulation(options.simulate.split(",").map(Number));
else printKernels();
process.exit(0);

function printKernels(): void {
  const row = (name: string, ms: number, times?: number): string =>
    `${name.padEnd(40)}${ms.toFixed(2).padStart(9)} ms${percent(ms / total)}` +
    (times === undefined ? "" : `${times.toFixed(1).padStart(9)} calls`);
  const kernels = new Map<string, { ms: number; times: number }>();
  for (const [{ kernel }, { ms, times }] of calls) {
    const sum = kernels.get(kernel.name) ?? { ms: 0, times: 0 };
    kernels.set(kernel.name, { ms: sum.ms + ms / steps, times: sum.times + times / steps });
  }
  for (const [name, { ms, times }] of [...kernels].sort(([, a], [, b]) => b.ms - a.ms)) {
    console.log(row(name, ms, times));
  }
  const inKernels = sum([...kernels.values()].map(({ ms }) => ms));
  console.log(row("outside of kernels", total - inKernels));
  console.log(row("a step", total));
}

/** The step on each number of threads, then the calls that hold it up. */
function printSimulation(counts: readonly number[]): void {
  const rows = calls.map(([{ kernel, tasks }, { times, tasks: ms }]) => {
    const each = Array.from({ length: tasks }, (_, task) => ms[task] ?? 0);
    const on = [1, ...counts].map((count) => (makespan(each, count) * times) / steps);
    return { name: kernel.name, tasks, times: times / steps, on };
  });
  const inKernels = sum(rows.map(({ on }) => on[0]));
  const outside = total - sum(calls.map(([, { ms }]) => ms / steps));
  const cells = (values: readonly number[]): string =>
    values.map((value) => value.toFixed(2).padStart(9)).join("");
  const at = (index: number): number => sum(rows.map(({ on }) => on[index]));
  console.log(
    `${"ms a step, threads:".padEnd(62)}${cells([1, ...counts]).replaceAll(".00", "   ")}`,
  );
  console.log(`${"all kernels".padEnd(62)}${cells([1, ...counts].map((_, i) => at(i)))}`);
  console.log(
    `${"if every call were cut for all threads".padEnd(62)}${cells([1, ...counts].map((count) => inKernels / count))}`,
  );
  console.log(`${"outside of kernels".padEnd(62)}${outside.toFixed(2).padStart(9)}`);
  console.log(`\nwhat each call costs, and its share of the time on the most threads:`);
  const last = counts.length;
  for (const { name, tasks, times, on } of rows.sort((a, b) => b.on[last] - a.on[last])) {
    if (on[last] < 0.005 * at(last)) continue;
    const mark = tasks < ENOUGH_TASKS ? "*" : " ";
    const what = `${name.padEnd(42)}${times.toFixed(1).padStart(6)} x ${String(tasks).padStart(5)} tasks ${mark}`;
    console.log(`${what.padEnd(62)}${cells(on)}${percent(on[last] / at(last))}`);
  }
  const few = rows.filter(({ tasks }) => tasks < ENOUGH_TASKS);
  const share = (index: number): string => percent(sum(few.map(({ on }) => on[index])) / at(index));
  console.log(
    `* fewer than ${ENOUGH_TASKS} tasks: ${[1, ...counts].map((count, i) => `${share(i).trim()} on ${count}`).join(", ")} threads`,
  );
}

/** The time until all tasks are done, where whoever is free takes the next one. */
function makespan(tasks: readonly number[], threads: number): number {
  const busy = Array.from({ length: threads }, () => 0);
  for (const ms of tasks) {
    const first = busy.indexOf(Math.min(...busy));
    busy[first] += ms;
  }
  return Math.max(...busy);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).padStart(7)} %`;
}
