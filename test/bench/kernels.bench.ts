/**
 * What the simd backend's products and convolutions reach, beside a bare multiply-add loop in the
 * same run.
 *
 *     npx tsx test/bench/kernels.bench.ts [--runs 15] [--batch 32,128] [--threads 1,2]
 *
 * Three tables: (1) the tiles, the innermost loops of all of it, as a share of the loop's speed:
 * exits with 1 if one is under 80 % of the share that kernels.bench.json records for it (registers
 * spilled to memory show nowhere else); `--record` writes that file. (2) Every convolution and dense layer
 * of buildCifarModel's network, forward and both gradients; "effective" counts the operations of the
 * definition, so Winograd's algorithm can exceed the peak. (3) Each operation against the cpu backend;
 * exits with 1 if one is less than five times as fast.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { setFlagsFromString } from "node:v8";
import { parseArgs } from "node:util";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-layers";
import * as tf from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { compileKernels, type Build } from "../../src/simd/runtime/module.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";

const RECORD = new URL("kernels.bench.json", import.meta.url);
const LEAST_OF_RECORD = 0.8;
const LEAST_SPEED_UP = 5;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "15" },
    batch: { type: "string", default: "32,128" },
    threads: { type: "string", default: "1,2" },
    record: { type: "boolean", default: false },
  },
});
const runs = Number(options.runs);

/** The shortest time of `count` interleaved runs of each job, in milliseconds. */
function shortest(jobs: readonly (() => void)[], count: number): number[] {
  const best = jobs.map(() => Infinity);
  for (const job of jobs) job();
  for (let run = 0; run < count; run++) {
    jobs.forEach((job, i) => {
      const begin = performance.now();
      job();
      best[i] = Math.min(best[i], performance.now() - begin);
    });
  }
  return best;
}

type Module = Record<string, (...words: number[]) => void>;

/** Multiply-adds of the bare loop in a round: twelve vectors of four lanes. */
const PEAK_OPERATIONS = 2 * 12 * 4;
/** Long enough that calling a tile costs nothing, short enough that its operands stay in cache. */
const TILE_DEPTH = 256;
const WALKS = ["rows", "columns", "gather"] as const;

/** GFLOP/s of the bare loop and each tile of a build, on one thread. */
async function tileSpeeds(build: Build): Promise<{ peak: number; tiles: Record<string, number> }> {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
  const module = await compileKernels(build, true);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = exports as Module;
  const words = new Int32Array(memory.buffer);
  const at = { params: 1024, table: 4096, a: 65536, b: 131072, c: 196608, scratch: 262144 };
  new Float32Array(memory.buffer, at.a, 32768).fill(0.5);
  const rounds = 4000;
  words[at.params / 4] = rounds;
  const names = ["peak"];
  const operations = [rounds * PEAK_OPERATIONS];
  const jobs = [
    (): void => {
      kernels.multiply_add_peak_f32(0, at.params, at.scratch);
    },
  ];
  const tallest = build === "relaxed" ? 6 : 5;
  for (const walk of WALKS) {
    for (const rows of [tallest, tallest - 1]) {
      for (const suffix of ["", "_add"]) {
        const name = `tile${rows}x8_${walk}${suffix}`;
        const calls = 20;
        // The gather walk takes addresses and steps from tables.
        const lda = walk === "columns" ? 64 : TILE_DEPTH * 4;
        for (let i = 0; i < rows; i++) words[at.table / 4 + i] = at.a + i * TILE_DEPTH * 4;
        for (let k = 0; k < TILE_DEPTH; k++) words[at.table / 4 + 16 + k] = k * 4;
        const operand = walk === "gather" ? [at.table, at.table + 64] : [at.a, lda];
        names.push(name);
        operations.push(calls * 2 * rows * 8 * TILE_DEPTH);
        jobs.push(() => {
          for (let call = 0; call < calls; call++) {
            kernels[name](TILE_DEPTH, ...operand, at.b, 32, at.c, 32);
          }
        });
      }
    }
  }
  // Many short runs: a run that nothing disturbed is among them.
  const times = shortest(jobs, 400);
  const speeds = times.map((ms, i) => operations[i] / ms / 1e6);
  return {
    peak: speeds[0],
    tiles: Object.fromEntries(names.slice(1).map((name, i) => [name, speeds[i + 1]])),
  };
}

async function measureTiles(): Promise<Record<Build, number>> {
  const record = JSON.parse(readFileSync(RECORD, "utf8")) as Record<Build, Record<string, number>>;
  const peaks = { plain: 0, relaxed: 0 };
  for (const build of ["plain", "relaxed"] as const) {
    const { peak, tiles } = await tileSpeeds(build);
    peaks[build] = peak;
    console.log(
      `\n${build} build: a bare multiply-add loop reaches ${peak.toFixed(1)} GFLOP/s on one thread`,
    );
    console.log("tile                     GFLOP/s  share  recorded");
    for (const [name, speed] of Object.entries(tiles)) {
      const share = speed / peak;
      const recorded = record[build][name] ?? 0;
      const fails = share < LEAST_OF_RECORD * recorded;
      if (fails) process.exitCode = 1;
      const numbers = `${speed.toFixed(1).padStart(7)} ${share.toFixed(2).padStart(6)} ${recorded.toFixed(2).padStart(9)}`;
      console.log(`${name.padEnd(24)} ${numbers}${fails ? "  TOO SLOW" : ""}`);
    }
    if (options.record) {
      record[build] = Object.fromEntries(
        Object.entries(tiles).map(([name, speed]) => [name, Number((speed / peak).toFixed(2))]),
      );
    }
  }
  if (options.record) writeFileSync(RECORD, `${JSON.stringify(record, null, 2)}\n`);
  return peaks;
}

interface Job {
  readonly name: string;
  /** Multiplications and additions of the definition. */
  readonly operations: number;
  readonly run: () => void;
}

function kernelJob(name: string, operations: number, call: () => tf.Tensor | tf.Tensor[]): Job {
  return {
    name,
    operations,
    run: () => {
      tf.dispose(call());
    },
  };
}

const kernel = (name: string, inputs: object, attrs: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);

const uniform = (shape: number[], seed = 1): tf.Tensor =>
  tf.randomUniform(shape, -1, 1, "float32", seed);

/** Height and width, input channels, output channels of the network's convolutions. */
const CONVOLUTIONS = [
  [32, 3, 32],
  [32, 32, 32],
  [16, 32, 64],
  [16, 64, 64],
  [8, 64, 128],
  [8, 128, 128],
];
const DENSE = [
  [2048, 1024],
  [1024, 10],
];

function convolutionJobs(batch: number): Job[] {
  return CONVOLUTIONS.flatMap(([size, ci, co]) => {
    const x = uniform([batch, size, size, ci]);
    const [filter, dy] = [uniform([3, 3, ci, co]), uniform([batch, size, size, co])];
    const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
    const operations = 2 * batch * size * size * 9 * ci * co;
    const name = `conv ${size}x${size} ${ci} -> ${co}`;
    const jobs = [
      kernelJob(name, operations, () => kernel("Conv2D", { x, filter }, attrs)),
      kernelJob(`${name}, dfilter`, operations, () =>
        kernel("Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape: filter.shape }),
      ),
    ];
    if (ci === 3) return jobs; // Nothing needs the gradient of the images.
    const inputGradient = kernelJob(`${name}, dx`, operations, () =>
      kernel("Conv2DBackpropInput", { dy, filter }, { ...attrs, inputShape: x.shape }),
    );
    return [jobs[0], inputGradient, jobs[1]];
  });
}

function denseJobs(batch: number): Job[] {
  return DENSE.flatMap(([k, n]) => {
    const [x, w, dy] = [uniform([batch, k]), uniform([k, n]), uniform([batch, n])];
    const product = (a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean) => () =>
      kernel("BatchMatMul", { a, b }, { transposeA, transposeB });
    const operations = 2 * batch * k * n;
    const name = `dense ${k} -> ${n}`;
    return [
      kernelJob(name, operations, product(x, w, false, false)),
      kernelJob(`${name}, dx`, operations, product(dy, w, false, true)),
      kernelJob(`${name}, dweights`, operations, product(x, dy, true, false)),
    ];
  });
}

async function useSimd(build: Build, threads: number): Promise<SimdBackend> {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
  await registerSimdBackend({ threads, relaxedSimd: build === "relaxed" ? "on" : "off" });
  await tf.setBackend("simd");
  return tf.backend() as unknown as SimdBackend;
}

/** GFLOP/s of the bare loop on all threads of a backend. */
function peakOf(backend: SimdBackend, threads: number): number {
  const rounds = 100_000;
  const tasks = 8 * threads;
  const loop = (): void => {
    backend.run([`peak|${tasks}`], {}, (plan) => {
      plan.call("multiply_add_peak_f32", tasks, { rounds });
    });
  };
  const [ms] = shortest([loop], 10);
  return (tasks * rounds * PEAK_OPERATIONS) / ms / 1e6;
}

async function measureLayers(batch: number): Promise<void> {
  const columns: { title: string; speeds: number[]; peak: number }[] = [];
  let names: string[] = [];
  for (const build of ["plain", "relaxed"] as const) {
    for (const threads of options.threads.split(",").map(Number)) {
      const backend = await useSimd(build, threads);
      const jobs = [...convolutionJobs(batch), ...denseJobs(batch)];
      names = jobs.map(({ name }) => name);
      const times = shortest(
        jobs.map(({ run }) => run),
        runs,
      );
      const speeds = jobs.map(({ operations }, i) => operations / times[i] / 1e6);
      columns.push({ title: `${build} ${threads} thr`, speeds, peak: peakOf(backend, threads) });
    }
  }
  console.log(`\nEffective GFLOP/s of the layers, batch ${batch} (shortest of ${runs} runs)`);
  const line = (name: string, cells: string[]): void => {
    console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(15)).join(""));
  };
  line(
    "",
    columns.map(({ title }) => title),
  );
  line(
    "bare multiply-add loop",
    columns.map(({ peak }) => peak.toFixed(0)),
  );
  names.forEach((name, i) => {
    line(
      name,
      columns.map(({ speeds }) => speeds[i].toFixed(0)),
    );
  });
}

/** One call of each operation at one size, on whichever backend is active. */
function operationJobs(): Job[] {
  const x = uniform([4, 16, 16, 16]) as tf.Tensor4D;
  const filter = uniform([3, 3, 16, 16], 2) as tf.Tensor4D;
  const large = uniform([5, 5, 16, 16], 2) as tf.Tensor4D;
  const channelwise = uniform([3, 3, 16, 1], 2) as tf.Tensor4D;
  const dy = uniform([4, 16, 16, 16], 3) as tf.Tensor4D;
  const [a, b, bias] = [uniform([96, 200]), uniform([200, 96], 2), uniform([16], 4)];
  const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], dataFormat: "NHWC" };
  const inputAttrs = { ...attrs, inputShape: x.shape };
  const filterAttrs = { ...attrs, filterShape: filter.shape };
  const depthwiseAttrs = { ...filterAttrs, filterShape: channelwise.shape };
  const fused = { ...attrs, activation: "relu" };
  const calls: [string, () => tf.Tensor][] = [
    ["Conv2D 3x3", () => kernel("Conv2D", { x, filter }, attrs)],
    ["Conv2D 5x5", () => kernel("Conv2D", { x, filter: large }, attrs)],
    ["Conv2D 3x3, strides 2", () => kernel("Conv2D", { x, filter }, { ...attrs, strides: [2, 2] })],
    ["Conv2D 3x3, dilated", () => kernel("Conv2D", { x, filter }, { ...attrs, dilations: [2, 2] })],
    ["FusedConv2D", () => kernel("FusedConv2D", { x, filter, bias }, fused)],
    ["Conv2DBackpropInput", () => kernel("Conv2DBackpropInput", { dy, filter }, inputAttrs)],
    ["Conv2DBackpropFilter", () => kernel("Conv2DBackpropFilter", { x, dy }, filterAttrs)],
    [
      "DepthwiseConv2dNative",
      () => kernel("DepthwiseConv2dNative", { x, filter: channelwise }, attrs),
    ],
    [
      "FusedDepthwiseConv2D",
      () => kernel("FusedDepthwiseConv2D", { x, filter: channelwise, bias }, fused),
    ],
    [
      "DepthwiseConv2dNativeBackpropInput",
      () => kernel("DepthwiseConv2dNativeBackpropInput", { dy, filter: channelwise }, inputAttrs),
    ],
    [
      "DepthwiseConv2dNativeBackpropFilter",
      () => kernel("DepthwiseConv2dNativeBackpropFilter", { x, dy }, depthwiseAttrs),
    ],
    ...[false, true].flatMap((transposeA) =>
      [false, true].map((transposeB): [string, () => tf.Tensor] => [
        `BatchMatMul ${transposeA ? "A'" : "A"} ${transposeB ? "B'" : "B"}`,
        () => {
          const inputs = { a: transposeA ? b : a, b: transposeB ? a : b };
          return kernel("BatchMatMul", inputs, { transposeA, transposeB });
        },
      ]),
    ),
    ["_FusedMatMul", () => kernel("_FusedMatMul", { a, b }, { ...fused, transposeA: false })],
  ];
  return calls.map(([name, call]) => kernelJob(name, 0, call));
}

async function measureAgainstCpu(): Promise<void> {
  const times: number[][] = [];
  const backend = await useSimd("relaxed", Math.max(...options.threads.split(",").map(Number)));
  for (const name of ["cpu", "simd"]) {
    await tf.setBackend(name);
    const jobs = operationJobs();
    times.push(
      shortest(
        jobs.map(({ run }) => run),
        name === "cpu" ? 1 : 50,
      ),
    );
  }
  console.log(
    `\nAgainst the cpu backend (${backend.threads} threads): images [4, 16, 16, 16], filters to 16 channels, matrices 96 x 200 x 96`,
  );
  console.log("operation                               cpu ms   simd ms   times as fast");
  operationJobs().forEach(({ name }, i) => {
    const [cpu, simd] = times.map((list) => list[i]);
    const fails = cpu / simd < LEAST_SPEED_UP;
    if (fails) process.exitCode = 1;
    const cells = [cpu.toFixed(2), simd.toFixed(3), (cpu / simd).toFixed(0)];
    console.log(
      name.padEnd(36) +
        cells.map((cell) => cell.padStart(10)).join("") +
        (fails ? "  TOO SLOW" : ""),
    );
  });
}

setFlagsFromString("--experimental-wasm-relaxed-simd");
console.log(
  `${cpus()[0].model} x ${cpus().length}, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`,
);
await measureTiles();
for (const batch of options.batch.split(",").map(Number)) await measureLayers(batch);
await measureAgainstCpu();
