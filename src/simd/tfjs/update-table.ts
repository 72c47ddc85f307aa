import { engine, type TensorInfo, util, type Variable } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";

/** Elements of a variable that one task updates. */
const BLOCK = 16384;
/** Addresses in an entry of the table, before its length. */
const ADDRESSES = 5;
/** Position of the gradient, which stays as it is. */
const GRADIENT = 1;

/**
 * Calls `use` with the table of an optimizer's kernel over many variables (assembly/fused-optimizers.ts)
 * and its number of blocks.
 * @param tensors of each variable the variable, its gradient and its state, one after the other.
 * @param group how many that are.
 */
export function withUpdateTable(
  backend: SimdBackend,
  tensors: readonly TensorInfo[],
  group: number,
  use: (table: number, blocks: number) => void,
): void {
  const words: number[] = [];
  for (let i = 0; i < tensors.length; i += group) {
    const ofVariable = tensors.slice(i, i + group);
    ofVariable.forEach((target, position) => {
      if (position === GRADIENT) return;
      makeSoleOwner(backend, target);
      backend.data.get(target.dataId).changed();
    });
    const length = util.sizeFromShape(ofVariable[0].shape);
    const addresses = Array.from({ length: ADDRESSES }, (_, position) =>
      position < group ? backend.pointer(ofVariable[position]) : 0,
    );
    for (let at = 0; at < length; at += BLOCK) {
      words.push(...addresses.map((address) => address + 4 * at), Math.min(BLOCK, length - at));
    }
  }
  const table = backend.heap.allocate(words.length * 4);
  try {
    backend.heap.int32(table, words.length).set(words);
    use(table, words.length / (ADDRESSES + 1));
  } finally {
    backend.heap.release(table);
  }
}

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
