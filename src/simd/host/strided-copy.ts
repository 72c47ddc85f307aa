import { util } from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";
import { BLOCK, blocksOf } from "./element-wise.ts";

/** One dimension of a copy; strides in elements. */
export interface CopyDimension {
  readonly size: number;
  /** Stride in the source: 0 repeats, a negative one runs backwards. */
  readonly from: number;
  /** Stride in the target. */
  readonly to: number;
}

/** Without dimensions of size 1; adjacent ones that run on in source and target merged. */
export function mergeDimensions(dimensions: readonly CopyDimension[]): CopyDimension[] {
  const result: CopyDimension[] = [];
  for (const inner of dimensions) {
    if (inner.size === 1) continue;
    const outer = result.at(-1);
    const runsOn = outer?.from === inner.from * inner.size && outer.to === inner.to * inner.size;
    if (!runsOn) result.push(inner);
    else result[result.length - 1] = { ...inner, size: inner.size * outer.size };
  }
  return result;
}

/**
 * Copies 4-byte elements between strided layouts, outermost dimension first. `from` and `to` are the
 * byte addresses of the first element.
 */
export function stridedCopy(
  backend: SimdBackend,
  from: number,
  to: number,
  dimensions: readonly CopyDimension[],
): void {
  const length = dimensions.reduce((product, { size }) => product * size, 1);
  const runs = mergeDimensions(dimensions).reverse();
  // The innermost dimension is dense in the target.
  if (runs[0]?.to !== 1) runs.unshift({ size: 1, from: 1, to: 1 });
  const [inner, ...outer] = runs;
  backend.run("copy_32", blocksOf(length), [
    ...[from, to, length, BLOCK, inner.size, inner.from, outer.length],
    ...outer.flatMap((dimension) => [dimension.size, dimension.from, dimension.to]),
  ]);
}

/** Strides of a dense tensor, one for every dimension. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Byte offset of the element at `index`. */
export function byteOffset(strides: readonly number[], index: readonly number[]): number {
  return 4 * strides.reduce((sum, stride, axis) => sum + stride * index[axis], 0);
}

/**
 * A new float32 tensor: the block of `x` that starts at `begin`, has the shape `size` and takes
 * every `steps[axis]`-th element (negative: backwards).
 */
export function slice(
  backend: SimdBackend,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  steps: readonly number[] = size.map(() => 1),
): TensorInfo {
  const strides = stridesOf(x.shape);
  const pointer = backend.pointer(x);
  const out = backend.output(size);
  if (util.sizeFromShape(out.shape) === 0) return out;
  const outStrides = stridesOf(size);
  stridedCopy(
    backend,
    pointer + byteOffset(strides, begin),
    backend.pointer(out),
    size.map((n, axis) => ({ size: n, from: strides[axis] * steps[axis], to: outStrides[axis] })),
  );
  return out;
}

/** Copies all of `x` into the block of `out` that starts at `begin`. */
export function copyInto(
  backend: SimdBackend,
  x: TensorInfo,
  out: TensorInfo,
  begin: readonly number[],
): void {
  if (util.sizeFromShape(x.shape) === 0) return;
  const strides = stridesOf(x.shape);
  const outStrides = stridesOf(out.shape);
  stridedCopy(
    backend,
    backend.pointer(x),
    backend.pointer(out) + byteOffset(outStrides, begin),
    x.shape.map((n, axis) => ({ size: n, from: strides[axis], to: outStrides[axis] })),
  );
}
