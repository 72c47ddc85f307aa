/**
 * The simd backend's operations against those of the wasm or the cpu backend, call by call in turns; each
 * works on tensors that it made itself. Convolutions and matrix products have a benchmark of their own.
 * Fails if one is slower than the peer (wasm), or less than five times as fast (cpu).
 *
 *     npx tsx test/bench/simd-operations.bench.ts [wasm | cpu] [threads] [part of a name]
 */
import { cpus } from "node:os";
import { setFlagsFromString } from "node:v8";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "../../src/simd/index.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");
const [peer = "wasm", threads = "1", wanted = ""] = process.argv.slice(2);
const LEAST = peer === "cpu" ? 5 : 1;
/** Milliseconds that the calls of one sample take at least, all samples of a row, and calls before. */
const SAMPLE = 0.3;
const TURNS = 40;
const WARM_UP = 30;

type Inputs = Readonly<Record<string, tf.Tensor>>;
interface Row {
  readonly name: string;
  readonly size: string;
  readonly inputs: () => Inputs;
  readonly call: (inputs: Inputs) => tf.Tensor | tf.Tensor[];
}

const kernel =
  (name: string, attrs: object = {}) =>
  (inputs: Inputs): tf.Tensor =>
    tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);

/** A kernel of a list of tensors. */
const listKernel =
  (name: string, attrs: object = {}) =>
  (inputs: Inputs): tf.Tensor =>
    tf.engine().runKernel(name, Object.values(inputs) as never, attrs as tf.NamedAttrMap);

const uniform = (shape: number[], low = -2, high = 2): tf.Tensor =>
  tf.randomUniform(shape, low, high, "float32", 7 + shape.length);
const integers = (shape: number[], low = -100, high = 100): tf.Tensor =>
  tf.tidy(() => tf.cast(tf.floor(uniform(shape, low, high)), "int32"));
const booleans = (shape: number[]): tf.Tensor =>
  tf.tidy(() => tf.cast(tf.floor(uniform(shape, 0, 2)), "bool"));

/** Element-wise operations are measured at each of these. */
const SIZES: readonly (readonly [number, number])[] = [
  [2, 5],
  [100, 100],
  [6250, 64],
  [1000, 1000],
];

const rows: Row[] = [];

function add(
  name: string,
  shape: readonly number[],
  inputs: Row["inputs"],
  call: Row["call"],
): void {
  rows.push({ name, size: shape.join("x"), inputs, call });
}

/** A row for each of the sizes. */
function addSized(
  name: string,
  inputs: (rows: number, columns: number) => Inputs,
  call: Row["call"] = kernel(name),
): void {
  for (const [m, n] of SIZES) add(name, [m, n], () => inputs(m, n), call);
}

for (const name of [
  ...["Relu", "Relu6", "Elu", "Selu", "Square", "Neg", "Abs", "Exp", "Expm1", "Sigmoid", "Tanh"],
  ...["Softplus", "Erf", "Floor", "Ceil", "Round", "Sign", "IsNan"],
]) {
  addSized(name, (m, n) => ({ x: uniform([m, n]) }));
}
for (const name of ["Sqrt", "Rsqrt", "Log", "Log1p", "Reciprocal"]) {
  addSized(name, (m, n) => ({ x: uniform([m, n], 0.1, 2) }));
}
addSized("LeakyRelu", (m, n) => ({ x: uniform([m, n]) }), kernel("LeakyRelu", { alpha: 0.2 }));
addSized("Step", (m, n) => ({ x: uniform([m, n]) }), kernel("Step", { alpha: 0 }));
addSized(
  "ClipByValue",
  (m, n) => ({ x: uniform([m, n]) }),
  kernel("ClipByValue", { clipValueMin: -1, clipValueMax: 1 }),
);
for (const name of [
  ...["Add", "Sub", "Multiply", "RealDiv", "Maximum", "Minimum", "SquaredDifference", "Pow"],
  ...["Equal", "Less", "GreaterEqual"],
]) {
  const others = {
    "": (m: number, n: number): number[] => [m, n],
    " by a scalar": (): number[] => [],
    " by column": (_: number, n: number): number[] => [n],
    " by row": (m: number): number[] => [m, 1],
  };
  const low = name === "Pow" ? 0 : -2;
  for (const [what, shape] of Object.entries(others)) {
    addSized(
      `${name}${what}`,
      (m, n) => ({ a: uniform([m, n], low), b: uniform(shape(m, n), 0.5) }),
      kernel(name),
    );
  }
}
for (const name of ["Add", "Multiply", "Maximum", "Equal", "Less"]) {
  addSized(
    `${name} of int32`,
    (m, n) => ({ a: integers([m, n]), b: integers([m, n]) }),
    kernel(name),
  );
}
addSized("Prelu", (m, n) => ({ x: uniform([m, n]), alpha: uniform([n]) }));
/** Channels by their scale or slope, rows by what there is one of for each. */
for (const [shape, other] of [
  [[96, 96, 16], [16]],
  [[16, 16, 128], [128]],
  [[256, 256, 3], [3]],
  [
    [8192, 10],
    [8192, 1],
  ],
]) {
  const what = `by ${other.join("x")}`;
  for (const name of ["Add", "Multiply", "RealDiv"]) {
    const given = (): Inputs => ({ a: uniform(shape), b: uniform(other, 0.5) });
    add(`${name} ${what}`, shape, given, kernel(name));
  }
  const sloped = (): Inputs => ({ x: uniform(shape), alpha: uniform(other) });
  if (other.length === 1) add(`Prelu ${what}`, shape, sloped, kernel("Prelu"));
}
addSized("EluGrad", (m, n) => ({ dy: uniform([m, n]), y: uniform([m, n]) }));
addSized(
  "AddN",
  (m, n) => ({ a: uniform([m, n]), b: uniform([m, n]), c: uniform([m, n]) }),
  listKernel("AddN"),
);
addSized("LogicalAnd", (m, n) => ({ a: booleans([m, n]), b: booleans([m, n]) }));
addSized("LogicalNot", (m, n) => ({ x: booleans([m, n]) }));
addSized("Select", (m, n) => ({
  condition: booleans([m, n]),
  t: uniform([m, n]),
  e: uniform([m, n]),
}));
for (const [from, make] of Object.entries({ float32: uniform, int32: integers, bool: booleans })) {
  for (const dtype of ["float32", "int32", "bool"]) {
    if (dtype === from) continue;
    addSized(
      `Cast ${from} to ${dtype}`,
      (m, n) => ({ x: make([m, n]) }),
      kernel("Cast", { dtype }),
    );
  }
}
for (const [m, n] of SIZES) {
  add("Fill", [m, n], () => ({}), kernel("Fill", { shape: [m, n], value: 1.5, dtype: "float32" }));
}
for (const [m, n] of SIZES) {
  add("Reshape", [m, n], () => ({ x: uniform([m, n]) }), kernel("Reshape", { shape: [n, m] }));
}
addSized("OnesLike", (m, n) => ({ x: uniform([m, n]) }));
addSized("ZerosLike", (m, n) => ({ x: uniform([m, n]) }));
addSized(
  "hardSwish",
  (m, n) => ({ x: uniform([m, n], -5, 5) }),
  ({ x }) => tf.tidy(() => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6))),
);
addSized(
  "gelu",
  (m, n) => ({ x: uniform([m, n]) }),
  ({ x }) => tf.tidy(() => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))),
);
addSized(
  "gelu of tanh",
  (m, n) => ({ x: uniform([m, n]) }),
  ({ x }) =>
    tf.tidy(() => {
      const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    }),
);
addSized(
  "silu",
  (m, n) => ({ x: uniform([m, n]) }),
  ({ x }) => tf.tidy(() => tf.mul(x, tf.sigmoid(x))),
);

for (const name of ["Sum", "Mean", "Max", "Min", "Prod"]) {
  for (const [what, axis] of Object.entries({ columns: [1], rows: [0], all: [0, 1] })) {
    const attrs = { axis, reductionIndices: axis, keepDims: false };
    addSized(`${name} over ${what}`, (m, n) => ({ x: uniform([m, n]) }), kernel(name, attrs));
    if (name === "Mean") continue;
    addSized(
      `${name} over ${what} of int32`,
      (m, n) => ({ x: integers([m, n]) }),
      kernel(name, attrs),
    );
  }
}
const IMAGES = [32, 16, 16, 64];
const spots = { axis: [0, 1, 2], keepDims: false };
add("Sum over pixels", IMAGES, () => ({ x: uniform(IMAGES) }), kernel("Sum", spots));
add(
  "Mean over a middle axis",
  [64, 100, 50],
  () => ({ x: uniform([64, 100, 50]) }),
  kernel("Mean", { axis: [1], keepDims: false }),
);
for (const name of ["All", "Any"]) {
  addSized(name, (m, n) => ({ x: booleans([m, n]) }), kernel(name, { axis: [1], keepDims: false }));
}
for (const name of ["ArgMax", "ArgMin"]) {
  addSized(`${name} over columns`, (m, n) => ({ x: uniform([m, n]) }), kernel(name, { axis: 1 }));
  addSized(`${name} over rows`, (m, n) => ({ x: uniform([m, n]) }), kernel(name, { axis: 0 }));
}
for (const shape of [
  [2, 5],
  [8192, 10],
  [128, 1000],
  [96, 128, 128],
]) {
  add(
    "Softmax",
    shape,
    () => ({ logits: uniform(shape) }),
    kernel("Softmax", { dim: shape.length - 1 }),
  );
  add(
    "logSoftmax",
    shape,
    () => ({ x: uniform(shape) }),
    ({ x }) => tf.logSoftmax(x),
  );
  add(
    "softmax over axis 0",
    shape,
    () => ({ x: uniform(shape) }),
    ({ x }) =>
      tf.tidy(() => {
        const e = tf.exp(tf.sub(x, tf.max(x, 0, true)));
        return tf.div(e, tf.sum(e, 0, true));
      }),
  );
}
for (const shape of [
  [2, 5],
  [100, 100],
  [1000, 1000],
  [1, 1300000],
]) {
  const attrs = { axis: 1, exclusive: false, reverse: false };
  add("Cumsum", shape, () => ({ x: uniform(shape) }), kernel("Cumsum", attrs));
  add(
    "Cumsum over rows",
    shape,
    () => ({ x: uniform(shape) }),
    kernel("Cumsum", { ...attrs, axis: 0 }),
  );
  add("TopK", shape, () => ({ x: uniform(shape) }), kernel("TopK", { k: 5, sorted: true }));
}
for (const channels of [1, 3, 6, 24, 64]) {
  const shape = [8, 28, 28, channels];
  const one = (): tf.Tensor => uniform([channels], 0.5, 1.5);
  add(
    "FusedBatchNorm",
    shape,
    () => ({ x: uniform(shape), mean: one(), variance: one(), scale: one(), offset: one() }),
    kernel("FusedBatchNorm", { varianceEpsilon: 1e-3 }),
  );
  for (const name of ["MaxPool", "AvgPool"]) {
    for (const [filterSize, strides] of [
      [2, 2],
      [3, 2],
      [3, 1],
    ]) {
      const attrs = { filterSize, strides, pad: "same", dimRoundingMode: undefined };
      add(
        `${name} ${filterSize}/${strides}`,
        shape,
        () => ({ x: uniform(shape) }),
        kernel(name, attrs),
      );
    }
  }
  for (const name of ["ResizeBilinear", "ResizeNearestNeighbor"]) {
    const attrs = { size: [56, 56], alignCorners: false, halfPixelCenters: true };
    add(name, shape, () => ({ images: uniform(shape) }), kernel(name, attrs));
  }
}
for (const name of ["ResizeBilinear", "ResizeNearestNeighbor"]) {
  const shape = [1, 64, 64, 64];
  const attrs = { size: [128, 128], alignCorners: false, halfPixelCenters: true };
  add(name, shape, () => ({ images: uniform(shape) }), kernel(name, attrs));
}
for (const [dtype, make] of Object.entries({ "": uniform, " of int32": integers })) {
  const shape = [4, 64, 64, 3];
  const inputs = (): Inputs => ({
    image: make(shape),
    boxes: tf.concat([uniform([16, 2], 0, 0.5), uniform([16, 2], 0.5, 1)], 1),
    boxInd: integers([16], 0, 4),
  });
  const attrs = { cropSize: [32, 32], method: "bilinear", extrapolationValue: 0 };
  add(`CropAndResize${dtype}`, shape, inputs, kernel("CropAndResize", attrs));
  const rows = (): Inputs => ({ params: make([10000, 64]), indices: integers([512, 1], 0, 10000) });
  add(`GatherNd${dtype}`, [512, 64], rows, kernel("GatherNd"));
}
add(
  "UnsortedSegmentSum",
  [512, 64],
  () => ({ x: uniform([512, 64]), segmentIds: integers([512], 0, 10000) }),
  kernel("UnsortedSegmentSum", { numSegments: 10000 }),
);
/** Kernels that move elements, on float32 and int32. */
for (const [dtype, make] of Object.entries({ "": uniform, " of int32": integers })) {
  for (const shape of [
    [2, 2, 2, 3],
    [8, 28, 28, 3],
    [32, 16, 16, 64],
    [8, 56, 56, 24],
  ]) {
    const x = (): Inputs => ({ x: make(shape) });
    const move = (name: string, attrs: object): void => {
      add(`${name}${dtype}`, shape, x, kernel(name.split(" ")[0], attrs));
    };
    move("Transpose to channels first", { perm: [0, 3, 1, 2] });
    move("Transpose of rows", { perm: [0, 2, 1, 3] });
    move("Transpose reversed", { perm: [3, 2, 1, 0] });
    const [b, h, w, c] = shape;
    const paddings = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ];
    move("PadV2", { paddings, constantValue: 0 });
    move("MirrorPad", { paddings, mode: "reflect" });
    move("Slice", { begin: [0, 1, 1, 0], size: [b, h - 1, w - 1, c] });
    move("Slice of channels", { begin: [0, 0, 0, 1], size: [b, h, w, c - 1] });
    move("StridedSlice", { begin: [0, 0, 0, 0], end: shape, strides: [1, 2, 2, 1] });
    move("Tile", { reps: [1, 2, 2, 1] });
    move("Reverse", { dims: [2] });
    move("Reverse of channels", { dims: [3] });
    const two = (): Inputs => ({ x: make(shape), y: make(shape) });
    add(`Concat of channels${dtype}`, shape, two, listKernel("Concat", { axis: 3 }));
    add(`Concat of images${dtype}`, shape, two, listKernel("Concat", { axis: 0 }));
    add(`Pack${dtype}`, shape, two, listKernel("Pack", { axis: 1 }));
    add(`Unpack${dtype}`, shape, () => ({ value: make(shape) }), kernel("Unpack", { axis: 1 }));
    if (c % 2 === 0) move("SplitV", { numOrSizeSplits: [c / 2, c / 2], axis: 3 });
  }
  for (const [m, n] of SIZES) {
    const picked = (axis: number): Inputs => ({
      x: make([m, n]),
      indices: integers([axis === 0 ? m : n], 0, axis === 0 ? m : n),
    });
    for (const axis of [0, 1]) {
      add(
        `GatherV2 axis ${axis}${dtype}`,
        [m, n],
        () => picked(axis),
        kernel("GatherV2", { axis, batchDims: 0 }),
      );
    }
  }
}
for (const count of [10, 8192]) {
  const attrs = { depth: 100, onValue: 1, offValue: 0, dtype: "float32" };
  add("OneHot", [count], () => ({ indices: integers([count], 0, 100) }), kernel("OneHot", attrs));
}

/** Milliseconds of a call: of so many in a row, the time divided. */
function sample(call: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return (performance.now() - start) / calls;
}

await registerSimdBackend({ threads: Number(threads) });
for (const name of [peer, "simd"]) await tf.setBackend(name);
const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}, tfjs ${tf.version_core}`;
console.log(`${machine}; simd on ${threads} threads; shortest of samples in turns`);
console.log(
  `${"operation".padEnd(34)}${"size".padEnd(14)}${`${peer} us`.padStart(12)}     simd us     ratio`,
);
const slow: string[] = [];
const ratios: number[] = [];
for (const { name, size, inputs, call } of rows.filter((row) => row.name.includes(wanted))) {
  const backends = [];
  try {
    for (const backend of [peer, "simd"]) {
      await tf.setBackend(backend);
      const given = inputs();
      const once = (): void => {
        tf.dispose(call(given));
      };
      for (const end = performance.now() + WARM_UP; performance.now() < end;) once();
      const calls = Math.ceil(SAMPLE / sample(once, 3));
      backends.push({ backend, given, once, calls, best: Infinity });
    }
  } catch (error) {
    if (!/not registered/.test(String(error))) throw error;
    console.log(`${name.padEnd(34)}${size.padEnd(14)} ${peer} has no kernel`);
    continue;
  }
  const end = performance.now() + TURNS;
  for (let i = 0; i < 3 || performance.now() < end; i++) {
    for (const entry of backends) {
      await tf.setBackend(entry.backend);
      // The other's data are in the caches.
      entry.once();
      entry.best = Math.min(entry.best, sample(entry.once, entry.calls));
    }
  }
  tf.dispose(backends.map(({ given }) => given));
  const [theirs, ours] = backends.map(({ best }) => 1e3 * best);
  const ratio = theirs / ours;
  ratios.push(ratio);
  if (ratio < LEAST) slow.push(`${name} ${size}`);
  const columns = [theirs.toFixed(1), ours.toFixed(1), ratio.toFixed(2)];
  const mark = ratio < LEAST ? " <" : "";
  console.log(
    `${name.padEnd(34)}${size.padEnd(14)}${columns.map((s) => s.padStart(12)).join("")}${mark}`,
  );
}
const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
console.log(
  `${ratios.length} rows, geometric mean ${mean.toFixed(2)}; ${slow.length} below ${LEAST}`,
);
process.exitCode = slow.length > 0 ? 1 : 0;
