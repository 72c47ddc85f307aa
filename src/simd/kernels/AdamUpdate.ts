import { engine, type TensorInfo, util, type Variable } from "@tensorflow/tfjs-core";
import { floatBits, type SimdBackend } from "../host/backend.ts";
import { defineKernel } from "../kernel.ts";

const BLOCK = 16384;
const WORDS = 5;

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
    const words: number[] = [];
    let tasks = 0;
    for (let i = 0; i < tensors.length; i += 4) {
      const [variable, gradient, m, v] = tensors.slice(i, i + 4);
      for (const target of [variable, m, v]) makeSoleOwner(backend, target);
      const length = util.sizeFromShape(variable.shape);
      const addresses = [variable, gradient, m, v].map((tensor) => backend.pointer(tensor));
      words.push(...addresses, length);
      tasks += Math.ceil(length / BLOCK);
    }
    backend.withBuffer(words.length * 4, (table) => {
      backend.heap.int32(table, words.length).set(words);
      backend.run("adam_update_f32", tasks, [
        ...[table, words.length / WORDS, floatBits(1 - beta1), floatBits(1 - beta2)],
        ...[floatBits(alpha), floatBits(epsilon), BLOCK],
      ]);
    });
    return [];
  },
);

/** Gives a variable whose data another tensor shares a copy of its own. */
function makeSoleOwner(backend: SimdBackend, tensor: TensorInfo): void {
  if (backend.refCount(tensor.dataId) === 1) return;
  const copy = backend.output(tensor.shape);
  const length = util.sizeFromShape(tensor.shape);
  const [from, to] = [backend.pointer(tensor), backend.pointer(copy)];
  backend.heap.float32(to, length).set(backend.heap.float32(from, length));
  const handle = engine().makeTensorFromTensorInfo(copy, backend);
  (tensor as Variable).assign(handle);
  handle.dispose();
}
