import { backend_util } from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";
import { copyInto } from "./strided-copy.ts";

/** A new float32 tensor: `tensors` one after another along `axis`. */
export function concat(
  backend: SimdBackend,
  tensors: readonly TensorInfo[],
  axis: number,
): TensorInfo {
  const shapes = tensors.map(({ shape }) => shape);
  const out = backend.output(backend_util.computeOutShape(shapes, axis));
  const begin = out.shape.map(() => 0);
  for (const tensor of tensors) {
    copyInto(backend, tensor, out, begin);
    begin[axis] += tensor.shape[axis];
  }
  return out;
}
