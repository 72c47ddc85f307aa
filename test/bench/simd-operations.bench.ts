/**
 * The simd backend's operations against the cpu backend's, each at one stated size; those of
 * convolutions and matrix products have a benchmark of their own. Fails if one is less than five
 * times as fast.
 *
 *     npx tsx test/bench/simd-operations.bench.ts [threads] [part of a name]
 */
import { cpus } from "node:os";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "../../src/simd/index.ts";

const [threads = "2", wanted = ""] = process.argv.slice(2);
const LEAST = 5;
const CPU_RUNS = 3;
const SIMD_RUNS = 21;

/** A batch of 32 feature maps of the second block of a small network. */
const SHAPE: [number, number, number, number] = [32, 16, 16, 64];

const positive = tf.randomUniform(SHAPE, 0.1, 2, "float32", 1);
const signed = tf.randomUniform(SHAPE, -2, 2, "float32", 2);
const channel = tf.randomUniform([64], 0.5, 1.5, "float32", 3);
const logits = tf.randomUniform([8192, 10], -3, 3, "float32", 4);
const labels = tf.cast(tf.randomUniform([8192], 0, 10, "float32", 5), "int32");
const order = tf.cast(tf.randomUniform([8192], 0, 8192, "float32", 6), "int32");
const pooled = tf.randomUniform([32, 8, 8, 64], -1, 1, "float32", 7);
const large = tf.fill([128, 32, 32, 64], 1);
const condition = tf.greater(signed, 0);
const other = tf.less(positive, 1);

type Kernel = [name: string, inputs: object, attrs?: object];
const x = signed;
const pool = { filterSize: 2, strides: 2, pad: "valid" };
const axis = { axis: [0, 1, 2], keepDims: false };
const rows = { axis: [3], keepDims: false };
const slices = { begin: [0, 1, 1, 0], size: [32, 14, 14, 64] };
const padding = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

const CALLS: Kernel[] = [
  ...[
    "Relu",
    "Relu6",
    "Elu",
    "Selu",
    "Square",
    "Neg",
    "Abs",
    "Exp",
    "Expm1",
    "Sigmoid",
    "Tanh",
  ].map((name): Kernel => [name, { x }]),
  ...["Softplus", "Floor", "Ceil", "Round", "Sign"].map((name): Kernel => [name, { x }]),
  ...["Sqrt", "Rsqrt", "Log", "Log1p", "Reciprocal"].map((name): Kernel => [name, { x: positive }]),
  ["LeakyRelu", { x }, { alpha: 0.2 }],
  ["Step", { x }, { alpha: 0 }],
  ["ClipByValue", { x }, { clipValueMin: -1, clipValueMax: 1 }],
  ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference"].flatMap(
    (name): Kernel[] => [
      [name, { a: x, b: positive }],
      [name, { a: x, b: channel }],
    ],
  ),
  ...["Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual"].map((name): Kernel => [
    name,
    { a: x, b: positive },
  ]),
  ["Prelu", { x, alpha: channel }],
  ["EluGrad", { dy: positive, y: x }],
  ["AddN", [x, positive, x]],
  ["LogicalAnd", { a: condition, b: other }],
  ["LogicalOr", { a: condition, b: other }],
  ["LogicalNot", { x: condition }],
  ["Select", { condition, t: x, e: positive }],
  ["Cast", { x }, { dtype: "bool" }],
  ["OnesLike", { x: large }],
  ["ZerosLike", { x: large }],
  ["Fill", {}, { shape: large.shape, value: 1.5, dtype: "float32" }],
  ["Sum", { x }, axis],
  ["Sum", { x }, rows],
  ["Mean", { x }, axis],
  ["Max", { x }, { reductionIndices: [3], keepDims: false }],
  ["Min", { x }, rows],
  ["Prod", { x }, rows],
  ["All", { x: condition }, rows],
  ["Any", { x: condition }, rows],
  ["ArgMax", { x }, { axis: 3 }],
  ["ArgMin", { x }, { axis: 3 }],
  ["Softmax", { logits }, { dim: 1 }],
  ["Transpose", { x }, { perm: [0, 3, 1, 2] }],
  ["Transpose", { x }, { perm: [1, 0, 2, 3] }],
  ["PadV2", { x }, { paddings: padding, constantValue: 0 }],
  ["MirrorPad", { x }, { paddings: padding, mode: "reflect" }],
  ["Slice", { x }, slices],
  ["StridedSlice", { x }, { begin: [0, 0, 0, 0], end: SHAPE, strides: [1, 2, 2, 1] }],
  ["Concat", [x, positive], { axis: 3 }],
  ["Pack", [x, positive], { axis: 1 }],
  ["Unpack", { value: x }, { axis: 1 }],
  ["SplitV", { x }, { numOrSizeSplits: [32, 32], axis: 3 }],
  ["GatherV2", { x: tf.reshape(x, [8192, 64]), indices: order }, { axis: 0, batchDims: 0 }],
  ["OneHot", { indices: labels }, { depth: 100, onValue: 1, offValue: 0, dtype: "float32" }],
  ["Tile", { x: pooled }, { reps: [1, 2, 2, 1] }],
  ["Reverse", { x }, { dims: [2] }],
  ["MaxPool", { x }, pool],
  ["AvgPool", { x }, pool],
  ["MaxPoolGrad", { dy: pooled, input: x, output: pooled }, pool],
  ["AvgPoolGrad", { dy: pooled, input: x }, pool],
  [
    "FusedBatchNorm",
    { x, mean: channel, variance: channel, scale: channel, offset: channel },
    { varianceEpsilon: 1e-3 },
  ],
];

/** Milliseconds of one call, sorted. */
function measure([name, inputs, attrs]: Kernel, runs: number): number[] {
  const call = (): void => {
    tf.dispose(tf.engine().runKernel(name, inputs as tf.NamedTensorMap, attrs as never));
  };
  call();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b);
}

await registerSimdBackend({ threads: Number(threads) });
const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}, tfjs ${tf.version_core}`;
console.log(
  `${machine}, ${threads} threads; medians of ${SIMD_RUNS} (simd) and ${CPU_RUNS} (cpu) calls`,
);
console.log(`${"kernel".padEnd(20)}${"first input".padEnd(16)}      cpu ms   simd ms    ratio`);
const slow = [];
for (const kernel of CALLS.filter(([name]) => name.includes(wanted))) {
  const [name, inputs] = kernel;
  const [first] = Object.values(inputs) as (tf.Tensor | undefined)[];
  await tf.setBackend("cpu");
  const cpu = measure(kernel, CPU_RUNS)[CPU_RUNS >> 1];
  await tf.setBackend("simd");
  const simd = measure(kernel, SIMD_RUNS)[SIMD_RUNS >> 1];
  const ratio = cpu / simd;
  if (ratio < LEAST) slow.push(name);
  const shape = (first?.shape ?? SHAPE).join("x");
  const columns = [cpu.toFixed(2), simd.toFixed(3), ratio.toFixed(1)].map((s) => s.padStart(10));
  console.log(`${name.padEnd(20)}${shape.padEnd(16)}${columns.join("")}`);
}
if (slow.length > 0) console.log(`less than ${LEAST} times as fast: ${slow.join(", ")}`);
process.exitCode = slow.length > 0 ? 1 : 0;
