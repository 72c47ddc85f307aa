import type { TensorInfo } from "@tensorflow/tfjs-core";
import { BatchNormGradient } from "../host/fused-batch-norm-gradient.ts";
import { rowChunks } from "../host/fused-rows.ts";
import { defineKernel } from "../kernel.ts";

/** Name of the kernel in tfjs's registry. */
export const BiasActivationGrad = "BiasActivationGrad";

/** `y`: the layer's output, where its activation is a relu. */
interface Inputs {
  dy: TensorInfo;
  y?: TensorInfo;
}

/**
 * The gradient of "add a bias, then relu or nothing": [what goes on to the layer's product, the
 * bias's gradient]. Behind the relu there is often a batch normalisation; then both gradients are
 * computed in one pass.
 */
export const biasActivationGrad = defineKernel<Inputs>(
  BiasActivationGrad,
  ({ inputs: { dy, y }, backend }) => {
    const { rows, channels, perChunk, chunks, pitch } = rowChunks(dy.shape);
    const { pending } = backend.data.get(dy.dataId);
    const gradient = y ? backend.output(dy.shape) : backend.share(dy);
    const bias = backend.output([channels]);
    backend.withBuffer(Math.max(1, chunks) * pitch, (partial) => {
      if (y && pending instanceof BatchNormGradient && pending.follows(y)) {
        pending.throughRelu(backend.pointer(gradient), partial);
      } else {
        backend.run("bias_activation_gradient_f32", chunks, [
          ...[y ? backend.pointer(y) : 0, backend.pointer(dy), y ? backend.pointer(gradient) : 0],
          ...[partial, rows, channels, perChunk],
        ]);
      }
      backend.run("bias_gradient_sum_f32", 1, [partial, backend.pointer(bias), channels, chunks]);
    });
    return [gradient, bias];
  },
);
