import { CONSTANTS } from "../schema/constants.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Elements that one task of a copy covers. */
const BLOCK = 16384;

/** One dimension of a copy; strides in elements. */
interface CopyDimension {
  readonly size: number;
  /** Stride in the source: 0 repeats, a negative one runs backwards. */
  readonly from: number;
  /** Stride in the target. */
  readonly to: number;
}

/** Without dimensions of size 1; adjacent ones that run on in source and target merged. */
function mergeDimensions(dimensions: readonly CopyDimension[]): CopyDimension[] {
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

/** Dimensions outside the inner one as words. */
function outerWords(outer: readonly CopyDimension[]): { outer: number; dimensions: number[] } {
  const dimensions = outer.flatMap(({ size, from, to }) => [size, from, to]);
  return { outer: outer.length, dimensions };
}

/** Bytes of an element: what it is does not matter here. */
export type ElementBytes = 1 | 4;

/** Copies elements between strided layouts, outermost dimension first. */
function stridedCopy(
  plan: PlanWriter,
  bytes: ElementBytes,
  { from, to }: Record<"from" | "to", Place>,
  dimensions: readonly CopyDimension[],
): void {
  const length = dimensions.reduce((product, { size }) => product * size, 1);
  const runs = mergeDimensions(dimensions).reverse();
  // The innermost dimension is dense in the target.
  if (runs[0]?.to !== 1) runs.unshift({ size: 1, from: 1, to: 1 });
  const [inner, ...outer] = runs;
  plan.call(bytes === 4 ? "copy_32" : "copy_8", Math.ceil(length / BLOCK), {
    ...{ from, to, length, perTask: BLOCK, inner: inner.size, step: inner.from },
    ...outerWords(outer),
  });
}

/** Strides of a dense tensor, one for every dimension. */
function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** How many elements behind the first the one at `index` lies. */
function offsetOf(strides: readonly number[], index: readonly number[]): number {
  return strides.reduce((sum, stride, axis) => sum + stride * index[axis], 0);
}

/** A block of a tensor: where it starts, and every how many elements it takes one (backwards: -1). */
export interface Block {
  readonly begin: readonly number[];
  readonly size: readonly number[];
  readonly steps?: readonly number[];
}

/** Copies a block of `from`, of this shape, to `to`. */
export function sliceCopy(
  plan: PlanWriter,
  bytes: ElementBytes,
  shape: readonly number[],
  { begin, size, steps = size.map(() => 1) }: Block,
  { from, to }: Record<"from" | "to", Place>,
): void {
  const strides = stridesOf(shape);
  const outStrides = stridesOf(size);
  stridedCopy(
    plan,
    bytes,
    { from: from.plus(bytes * offsetOf(strides, begin)), to },
    size.map((n, axis) => ({ size: n, from: strides[axis] * steps[axis], to: outStrides[axis] })),
  );
}

/** Copies all of `from`, of shape `shape`, into the block of `to` that starts at `begin`. */
export function copyInto(
  plan: PlanWriter,
  bytes: ElementBytes,
  shape: readonly number[],
  outShape: readonly number[],
  begin: readonly number[],
  { from, to }: Record<"from" | "to", Place>,
): void {
  const strides = stridesOf(shape);
  const outStrides = stridesOf(outShape);
  stridedCopy(
    plan,
    bytes,
    { from, to: to.plus(bytes * offsetOf(outStrides, begin)) },
    shape.map((n, axis) => ({ size: n, from: strides[axis], to: outStrides[axis] })),
  );
}

/** Repeats a tensor `reps[axis]` times along each axis. */
export function tile(
  plan: PlanWriter,
  bytes: ElementBytes,
  shape: readonly number[],
  reps: readonly number[],
  { from, to }: Record<"from" | "to", Place>,
): void {
  const strides = stridesOf(shape);
  const outStrides = stridesOf(shape.map((n, axis) => n * reps[axis]));
  // Each axis becomes two: the repetitions, which stay where they are in the source, and itself.
  const dimensions = shape.flatMap((n, axis) => [
    { size: reps[axis], from: 0, to: n * outStrides[axis] },
    { size: n, from: strides[axis], to: outStrides[axis] },
  ]);
  stridedCopy(plan, bytes, { from, to }, dimensions);
}

/** A stretch of one axis of the output, and where in the input it comes from. */
interface Stretch {
  readonly size: number;
  readonly out: number;
  readonly in: number;
  /** 1, or -1 where it is mirrored. */
  readonly step: number;
}

/** The stretches of an axis of length `n`; `skip` is 1 if the edge itself is not repeated. */
function stretches(n: number, [before, after]: readonly [number, number], skip: number): Stretch[] {
  return [
    { size: before, out: 0, in: before - 1 + skip, step: -1 },
    { size: n, out: before, in: 0, step: 1 },
    { size: after, out: before + n, in: n - 1 - skip, step: -1 },
  ].filter(({ size }) => size > 0);
}

/** Copies a tensor, with its margins mirrored around it. */
export function mirrorPad(
  plan: PlanWriter,
  bytes: ElementBytes,
  shape: readonly number[],
  paddings: readonly (readonly [number, number])[],
  mode: "reflect" | "symmetric",
  { from, to }: Record<"from" | "to", Place>,
): void {
  const strides = stridesOf(shape);
  const outStrides = stridesOf(shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]));
  const axes = shape.map((n, axis) => stretches(n, paddings[axis], mode === "reflect" ? 1 : 0));
  // Every combination of a stretch of each axis is one copy.
  const blocks = axes.reduce<Stretch[][]>(
    (some, choices) => some.flatMap((block) => choices.map((choice) => [...block, choice])),
    [[]],
  );
  for (const block of blocks) {
    const begin = block.map((stretch) => stretch.in);
    const target = block.map((stretch) => stretch.out);
    stridedCopy(
      plan,
      bytes,
      {
        from: from.plus(bytes * offsetOf(strides, begin)),
        to: to.plus(bytes * offsetOf(outStrides, target)),
      },
      block.map(({ size, step }, axis) => ({
        size,
        from: strides[axis] * step,
        to: outStrides[axis],
      })),
    );
  }
}

/** Whether the elements stay where they are when the dimensions get this order. */
export function keepsOrder(shape: readonly number[], perm: readonly number[]): boolean {
  const long = perm.filter((axis) => shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > long[i - 1]);
}

/** Puts the dimensions in the order `perm`. */
export function transpose(
  plan: PlanWriter,
  bytes: ElementBytes,
  shape: readonly number[],
  perm: readonly number[],
  { from, to }: Record<"from" | "to", Place>,
): void {
  const strides = stridesOf(shape);
  const outStrides = stridesOf(perm.map((axis) => shape[axis]));
  const dimensions = perm
    .map((axis, i) => ({ size: shape[axis], from: strides[axis], to: outStrides[i] }))
    .filter(({ size }) => size !== 1);
  const inOrder = dimensions.at(-1)?.from === 1;
  if (inOrder || bytes === 1) stridedCopy(plan, bytes, { from, to }, dimensions);
  else transposeInnermost(plan, from, to, dimensions);
}

/** The case where another dimension becomes the innermost one: 2-D transposes of these two. */
function transposeInnermost(
  plan: PlanWriter,
  from: Place,
  to: Place,
  dimensions: readonly CopyDimension[],
): void {
  const merged = mergeDimensions(dimensions);
  const target = merged.find((dimension) => dimension.to === 1) as CopyDimension;
  const source = merged.find((dimension) => dimension.from === 1) as CopyDimension;
  const outer = merged.filter((dimension) => dimension !== target && dimension !== source);
  const stripes = Math.ceil(source.size / CONSTANTS.STRIPE);
  const tasks = outer.reduce((product, { size }) => product * size, stripes);
  plan.call("transpose_32", tasks, {
    ...{ from, to, n: target.size, p: source.size, fromStride: target.from, toStride: source.to },
    ...{ stripes, ...outerWords(outer) },
  });
}

/** Of a gather: outer dimensions, the one that is indexed, elements of a slice, indices. */
export interface GatherSize {
  readonly batch: number;
  readonly outer: number;
  readonly dimension: number;
  readonly slice: number;
  /** Indices of a batch. */
  readonly count: number;
}

/** Copies the slices that the indices name. */
export function gather(
  plan: PlanWriter,
  bytes: ElementBytes,
  { batch, outer, dimension, slice, count }: GatherSize,
  { x, indices, out }: Record<"x" | "indices" | "out", Place>,
): void {
  const slices = batch * outer * count;
  const perTask = Math.max(1, Math.floor(BLOCK / Math.max(1, slice)));
  const words = { x, indices, out, slices, perTask, outer, count, dimension, slice };
  plan.call(bytes === 4 ? "gather_32" : "gather_8", Math.ceil(slices / perTask), words);
}

/** Rows of `depth` elements: `on` at each index, else `off`. */
export function oneHot(
  plan: PlanWriter,
  count: number,
  depth: number,
  places: Record<"indices" | "out" | "on" | "off", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / depth));
  plan.call("one_hot_f32", Math.ceil(count / perTask), { ...places, count, perTask, depth });
}
