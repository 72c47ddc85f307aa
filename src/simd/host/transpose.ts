import type { TensorInfo } from "@tensorflow/tfjs-core";
import { util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";
import { mergeDimensions, stridedCopy, stridesOf, type CopyDimension } from "./strided-copy.ts";

/** Rows of the source that one task covers; assembly/copy.ts says the same. */
const STRIPE = 16;

/** A new float32 tensor with the dimensions of `x` in the order `perm`. */
export function transpose(
  backend: SimdBackend,
  x: TensorInfo,
  perm: readonly number[],
): TensorInfo {
  const shape = perm.map((axis) => x.shape[axis]);
  const long = perm.filter((axis) => x.shape[axis] !== 1);
  const inOrder = long.every((axis, i) => i === 0 || axis > long[i - 1]);
  if (inOrder || util.sizeFromShape(shape) === 0) return backend.share(x, shape);
  const from = backend.pointer(x);
  const out = backend.output(shape);
  const to = backend.pointer(out);
  const strides = stridesOf(x.shape);
  const outStrides = stridesOf(shape);
  const dimensions = perm
    .map((axis, i) => ({ size: x.shape[axis], from: strides[axis], to: outStrides[i] }))
    .filter(({ size }) => size !== 1);
  if (dimensions.at(-1)?.from === 1) stridedCopy(backend, from, to, dimensions);
  else transposeInnermost(backend, from, to, dimensions);
  return out;
}

/** The case where another dimension becomes the innermost one: 2-D transposes of these two. */
function transposeInnermost(
  backend: SimdBackend,
  from: number,
  to: number,
  dimensions: readonly CopyDimension[],
): void {
  const merged = mergeDimensions(dimensions);
  const target = merged.find((dimension) => dimension.to === 1) as CopyDimension;
  const source = merged.find((dimension) => dimension.from === 1) as CopyDimension;
  const outer = merged.filter((dimension) => dimension !== target && dimension !== source);
  const stripes = Math.ceil(source.size / STRIPE);
  const tasks = outer.reduce((product, { size }) => product * size, stripes);
  backend.run("transpose_32", tasks, [
    ...[from, to, target.size, source.size, target.from, source.to, stripes, outer.length],
    ...outer.flatMap((dimension) => [dimension.size, dimension.from, dimension.to]),
  ]);
}
