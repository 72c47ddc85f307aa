import {
  Cumprod,
  Cumsum,
  type CumsumAttrs,
  LRN,
  type LRNAttrs,
  LRNGrad,
  type TensorInfo,
  TopK,
  type TopKAttrs,
  util,
} from "@tensorflow/tfjs-core";
import { floatBits } from "../../plans/plan.ts";
import {
  cumulate,
  fitsLocalResponse,
  localResponse,
  localResponseGradient,
  topK,
} from "../../plans/scan.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A kernel of running sums or products. */
function cumulationKernel(kernelName: string): SimdKernel {
  return defineKernel<{ x: TensorInfo }, CumsumAttrs>(
    kernelName,
    ({ inputs: { x }, attrs, backend }) => {
      const { dtype } = x;
      if ((dtype !== "float32" && dtype !== "int32") || x.shape.length === 0) return null;
      const [axis] = util.parseAxisParam(attrs.axis, x.shape);
      const { exclusive, reverse } = attrs;
      const from = backend.pointer(x);
      const out = backend.output(x.shape, dtype);
      if (util.sizeFromShape(x.shape) === 0) return out;
      const kind = {
        exclusive,
        reverse,
        product: kernelName === Cumprod,
        integer: dtype === "int32",
      };
      backend.run(
        [kernelName, dtype, x.shape, axis, exclusive, reverse],
        { x: from, out: backend.pointer(out) },
        (plan, places) => {
          cumulate(plan, x.shape, axis, kind, places);
        },
      );
      return out;
    },
  );
}

/** More of the largest than this are found quicker by sorting, as the cpu backend does it. */
const MOST = 64;

const topKKernel = defineKernel<{ x: TensorInfo }, TopKAttrs>(
  TopK,
  ({ inputs: { x }, attrs: { k }, backend }) => {
    const length = x.shape.at(-1) ?? 0;
    if (x.dtype !== "float32" || k < 1 || k > Math.min(MOST, length)) return null;
    const from = backend.pointer(x);
    const shape = [...x.shape.slice(0, -1), k];
    const [values, indices] = [backend.output(shape), backend.output(shape, "int32")];
    const rows = util.sizeFromShape(x.shape) / length;
    backend.run(
      ["TopK", rows, length, k],
      { x: from, values: backend.pointer(values), indices: backend.pointer(indices) },
      (plan, places) => {
        topK(plan, rows, length, k, places);
      },
    );
    return [values, indices];
  },
);

/** The sizes of a normalisation over channels; null where they do not fit. */
function shapeOf(
  x: TensorInfo,
  radius: number,
): { pixels: number; channels: number; radius: number } | null {
  const channels = x.shape.at(-1) ?? 0;
  if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
  const shape = { pixels: util.sizeFromShape(x.shape) / channels, channels, radius };
  return Number.isInteger(radius) && radius >= 0 && fitsLocalResponse(shape) ? shape : null;
}

const localResponseKernel = defineKernel<{ x: TensorInfo }, LRNAttrs>(
  LRN,
  ({ inputs: { x }, attrs: { depthRadius: radius, bias, alpha, beta }, backend }) => {
    const shape = shapeOf(x, radius);
    if (shape === null) return null;
    const from = backend.pointer(x);
    const y = backend.output(x.shape);
    const values = { bias: floatBits(bias), alpha: floatBits(alpha), beta: floatBits(beta) };
    backend.run(
      ["LRN", shape.pixels, shape.channels, radius],
      { x: from, y: backend.pointer(y), ...values },
      (plan, places) => {
        localResponse(plan, shape, places);
      },
    );
    return y;
  },
);

const localResponseGradientKernel = defineKernel<Record<"x" | "y" | "dy", TensorInfo>, LRNAttrs>(
  LRNGrad,
  ({ inputs: { x, y, dy }, attrs: { depthRadius: radius, bias, alpha, beta }, backend }) => {
    const shape = shapeOf(x, radius);
    if (shape === null || y.dtype !== "float32" || dy.dtype !== "float32") return null;
    const pointers = { x: backend.pointer(x), y: backend.pointer(y), dy: backend.pointer(dy) };
    const dx = backend.output(x.shape);
    const values = { bias, alpha, beta };
    backend.run(
      ["LRNGrad", shape.pixels, shape.channels, radius, bias, alpha, beta],
      { ...pointers, dx: backend.pointer(dx) },
      (plan, places) => {
        localResponseGradient(plan, shape, places, values);
      },
    );
    return dx;
  },
);

export const scanKernels: readonly SimdKernel[] = [
  ...[Cumprod, Cumsum].map((name) => cumulationKernel(name)),
  ...[localResponseKernel, localResponseGradientKernel, topKKernel],
];
