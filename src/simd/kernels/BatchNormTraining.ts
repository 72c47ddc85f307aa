import { engine, type GradConfig, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { rowChunks } from "../host/fused-rows.ts";
import { SCRATCH_BYTES } from "../host/layout.ts";
import { defineKernel } from "../kernel.ts";
import { BatchNormTrainingGrad } from "./BatchNormTrainingGrad.ts";

const BatchNormTraining = "BatchNormTraining";

interface Inputs {
  x: TensorInfo;
  gamma?: TensorInfo;
  beta?: TensorInfo;
}

interface Attrs {
  readonly epsilon: number;
}

/**
 * Normalises over all axes but the last: [y, mean, biased variance], and for the gradient a fourth
 * tensor, gamma / sqrt(variance + epsilon).
 */
export const batchNormTraining = defineKernel<Inputs, Attrs>(
  BatchNormTraining,
  ({ inputs: { x, gamma, beta }, attrs: { epsilon }, backend }) => {
    if ([x, gamma, beta].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    const { rows, channels, perChunk, chunks, pitch } = rowChunks(x.shape);
    // A beta that is not given is zeros in scratch memory.
    if (rows === 0 || (!beta && pitch > SCRATCH_BYTES)) return null;
    const y = backend.output(x.shape);
    const [mean, variance, factor] = [1, 2, 3].map(() => backend.output([channels]));
    const at = backend.pointer(x);
    backend.withBuffer(chunks * 2 * pitch, (partial) => {
      backend.run("batch_norm_moments_f32", chunks, [at, partial, rows, channels, perChunk]);
      backend.run("batch_norm_combine_f32", 1, [
        ...[partial, backend.pointer(mean), backend.pointer(variance)],
        ...[gamma ? backend.pointer(gamma) : 0, backend.pointer(factor)],
        ...[rows, channels, perChunk, floatBits(epsilon)],
      ]);
    });
    backend.run("batch_norm_apply_f32", chunks, [
      ...[at, backend.pointer(y), rows, channels, perChunk],
      ...[backend.pointer(mean), backend.pointer(factor), beta ? backend.pointer(beta) : 0],
    ]);
    return [y, mean, variance, factor];
  },
);

export const batchNormTrainingGradient: GradConfig = {
  kernelName: BatchNormTraining,
  inputsToSave: ["x"],
  outputsToSave: [false, true, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, mean, variance, factor] = saved;
    const [dx, dgamma, dbeta] = engine().runKernel(
      BatchNormTrainingGrad,
      { dy: (dys as Tensor[])[0], x, mean, variance, factor },
      attrs,
    ) as unknown as Tensor[];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
};
