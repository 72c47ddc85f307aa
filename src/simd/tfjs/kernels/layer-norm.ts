import { engine, type GradConfig, type Tensor, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { layerNorm, layerNormGradient } from "../../plans/layer-norm.ts";
import { floatBits } from "../../plans/plan.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

interface Attrs {
  readonly epsilon: number;
  /** How many of the last axes are normalised together. */
  readonly axes: number;
}

function rowsOf({ shape }: TensorInfo, axes: number): [rows: number, length: number] {
  const length = util.sizeFromShape(shape.slice(-axes));
  return [util.sizeFromShape(shape.slice(0, -axes)), length];
}

/** Normalises over the last axes: [y, mean, 1 / sqrt(variance + epsilon)]. */
const layerNormalization = defineKernel<Record<"x" | "gamma" | "beta", TensorInfo>, Attrs>(
  "LayerNormalization",
  ({ inputs: { x, gamma, beta }, attrs: { epsilon, axes }, backend }) => {
    if ([x, gamma, beta].some((tensor) => tensor.dtype !== "float32")) return null;
    const [rows, length] = rowsOf(x, axes);
    if (rows * length === 0) return null;
    const made = [x.shape, [rows], [rows]].map((shape) => backend.output(shape));
    const [y, mean, factor] = made.map((tensor) => backend.pointer(tensor));
    const operands = {
      x: backend.pointer(x),
      gamma: backend.pointer(gamma),
      beta: backend.pointer(beta),
      ...{ y, mean, factor, epsilon: floatBits(epsilon) },
    };
    backend.run(["LayerNormalization", rows, length], operands, (plan, places) => {
      layerNorm(plan, [rows, length], places);
    });
    return made;
  },
);

/** [dx, dgamma, dbeta] */
const gradient = defineKernel<Record<"x" | "dy" | "mean" | "factor" | "gamma", TensorInfo>, Attrs>(
  "LayerNormalizationGrad",
  ({ inputs, attrs: { axes }, backend }) => {
    const { x, dy, mean, factor, gamma } = inputs;
    const [rows, length] = rowsOf(x, axes);
    const weights = x.shape.slice(-axes);
    const made = [x.shape, weights, weights].map((shape) => backend.output(shape));
    const [dx, dgamma, dbeta] = made.map((tensor) => backend.pointer(tensor));
    const operands = {
      x: backend.pointer(x),
      dy: backend.pointer(dy),
      mean: backend.pointer(mean),
      factor: backend.pointer(factor),
      gamma: backend.pointer(gamma),
      ...{ dx, dgamma, dbeta },
    };
    backend.run(["LayerNormalizationGrad", rows, length], operands, (plan, places) => {
      layerNormGradient(plan, [rows, length], places);
    });
    return made;
  },
);

export const layerNormalizationGradient: GradConfig = {
  kernelName: "LayerNormalization",
  inputsToSave: ["x", "gamma"],
  outputsToSave: [false, true, true],
  gradFunc: (dys, [x, gamma, mean, factor], attrs) => {
    const [dx, dgamma, dbeta] = engine().runKernel(
      "LayerNormalizationGrad",
      { x, dy: (dys as Tensor[])[0], mean, factor, gamma },
      attrs,
    ) as unknown as Tensor[];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
};

export const layerNormKernels: readonly SimdKernel[] = [layerNormalization, gradient];
