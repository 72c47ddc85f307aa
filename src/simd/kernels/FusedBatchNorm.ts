import { FusedBatchNorm, util } from "@tensorflow/tfjs-core";
import type { FusedBatchNormAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { BLOCK } from "../host/element-wise.ts";
import { SCRATCH_BYTES } from "../host/layout.ts";
import { defineKernel } from "../kernel.ts";

interface Inputs {
  x: TensorInfo;
  mean: TensorInfo;
  variance: TensorInfo;
  scale?: TensorInfo;
  offset?: TensorInfo;
}

export const fusedBatchNorm = defineKernel<Inputs, FusedBatchNormAttrs>(
  FusedBatchNorm,
  ({ inputs: { x, mean, variance, scale, offset }, attrs, backend }) => {
    const channels = x.shape.at(-1) ?? 1;
    const perChannel = [mean, variance, scale, offset];
    const given = perChannel.filter((tensor) => tensor !== undefined);
    if ([x, ...given].some(({ dtype }) => dtype !== "float32")) return null;
    // One value a channel; any other broadcasting is the cpu backend's.
    if (given.some(({ shape }) => util.sizeFromShape(shape) !== channels)) return null;
    if (channels === 0 || 8 * channels > SCRATCH_BYTES) return null;
    const pointer = backend.pointer(x);
    const pointers = perChannel.map((tensor) => (tensor ? backend.pointer(tensor) : 0));
    const out = backend.output(x.shape);
    const rows = util.sizeFromShape(x.shape) / channels;
    const perTask = Math.max(1, Math.floor(BLOCK / channels));
    backend.run("batch_norm_f32", Math.ceil(rows / perTask), [
      ...[pointer, backend.pointer(out), rows, perTask, channels],
      ...[...pointers, floatBits(attrs.varianceEpsilon ?? 0.001)],
    ]);
    return out;
  },
);
