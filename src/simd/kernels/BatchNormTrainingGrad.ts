import type { TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { rowChunks } from "../host/fused-rows.ts";
import { defineKernel } from "../kernel.ts";

/** Name of the kernel in tfjs's registry. */
export const BatchNormTrainingGrad = "BatchNormTrainingGrad";

type Inputs = Record<"dy" | "x" | "mean" | "variance" | "factor", TensorInfo>;

interface Attrs {
  readonly epsilon: number;
}

/** The gradient of BatchNormTraining's y: [dx, dgamma, dbeta]. */
export const batchNormTrainingGrad = defineKernel<Inputs, Attrs>(
  BatchNormTrainingGrad,
  ({ inputs: { dy, x, mean, variance, factor }, attrs: { epsilon }, backend }) => {
    const { rows, channels, perChunk, chunks, pitch } = rowChunks(x.shape);
    const dx = backend.output(x.shape);
    const [dgamma, dbeta] = [1, 2].map(() => backend.output([channels]));
    const [xAt, dyAt, meanAt] = [x, dy, mean].map((tensor) => backend.pointer(tensor));
    backend.withBuffer((chunks * 2 + 3) * pitch, (partial) => {
      const coefficients = partial + chunks * 2 * pitch;
      backend.run("batch_norm_gradient_sums_f32", chunks, [
        ...[xAt, dyAt, partial, rows, channels, perChunk, meanAt],
      ]);
      backend.run("batch_norm_gradient_combine_f32", 1, [
        ...[partial, backend.pointer(variance), backend.pointer(factor)],
        ...[backend.pointer(dgamma), backend.pointer(dbeta), coefficients],
        ...[rows, channels, chunks, floatBits(epsilon)],
      ]);
      backend.run("batch_norm_gradient_apply_f32", chunks, [
        ...[xAt, dyAt, backend.pointer(dx), rows, channels, perChunk, meanAt, coefficients],
      ]);
    });
    return [dx, dgamma, dbeta];
  },
);
