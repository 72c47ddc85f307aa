import type { TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { runUpdate } from "../host/update-table.ts";
import { defineKernel } from "../kernel.ts";

interface Attrs {
  readonly beta1: number;
  readonly beta2: number;
  /** The step's learning rate with both bias corrections in it. */
  readonly alpha: number;
  readonly epsilon: number;
}

/**
 * Inputs: variable, gradient, first and second moment, then those of the next variable. Updates
 * variables and moments in place:
 *
 *     m += (g - m) (1 - beta1);  v += (g^2 - v) (1 - beta2);  w -= alpha m / (sqrt(v) + epsilon)
 */
export const adamUpdate = defineKernel<TensorInfo[], Attrs>(
  "AdamUpdate",
  ({ inputs, attrs: { beta1, beta2, alpha, epsilon }, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    runUpdate(backend, "adam_update_f32", tensors, 4, [
      ...[floatBits(1 - beta1), floatBits(1 - beta2), floatBits(alpha), floatBits(epsilon)],
    ]);
    return [];
  },
);
