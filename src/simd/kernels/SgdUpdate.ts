import type { TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { runUpdate } from "../host/update-table.ts";
import { defineKernel } from "../kernel.ts";

interface Attrs {
  readonly learningRate: number;
  /** 0: inputs without velocities. */
  readonly momentum: number;
  readonly nesterov: boolean;
}

/**
 * Inputs: variable, gradient and, with momentum, velocity, then those of the next variable. Updates
 * variables and velocities in place:
 *
 *     v = momentum v - rate g;  w += v, with Nesterov's momentum w += momentum v - rate g
 */
export const sgdUpdate = defineKernel<TensorInfo[], Attrs>(
  "SgdUpdate",
  ({ inputs, attrs: { learningRate, momentum, nesterov }, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    const hasVelocity = momentum !== 0;
    runUpdate(backend, "sgd_update_f32", tensors, hasVelocity ? 3 : 2, [
      ...[floatBits(learningRate), floatBits(momentum), Number(hasVelocity), Number(nesterov)],
    ]);
    return [];
  },
);
