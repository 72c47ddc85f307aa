import { sizeOf } from "./sizes.ts";

/** How assembly/elementwise.ts walks two inputs that are broadcast against each other. */
export interface Broadcast {
  readonly length: number;
  readonly inner: number;
  readonly advanceA: boolean | number;
  readonly advanceB: boolean | number;
  readonly outer: number;
  readonly dimensions: readonly number[];
}

interface Dimension {
  size: number;
  inA: boolean;
  inB: boolean;
}

/** Adjacent dimensions that are present in the same inputs, merged; outermost first. */
function mergedDimensions(
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
): Dimension[] {
  const dimensions: Dimension[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const inA = (a[axis - shape.length + a.length] ?? 1) !== 1;
    const inB = (b[axis - shape.length + b.length] ?? 1) !== 1;
    const last = dimensions.at(-1);
    if (last?.inA === inA && last.inB === inB) last.size *= size;
    else dimensions.push({ size, inA, inB });
  });
  if (dimensions.length === 0) dimensions.push({ size: 1, inA: true, inB: true });
  return dimensions;
}

/** Most dimensions that fit into the parameter block with room to spare. */
export const MAXIMUM_RANK = 64;

/** The walk along inputs of shapes `a` and `b` that gives `shape`. */
export function broadcast(
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
): Broadcast {
  const [inner, ...outer] = mergedDimensions(shape, a, b).reverse();
  let strideA = inner.inA ? inner.size : 1;
  let strideB = inner.inB ? inner.size : 1;
  const dimensions: number[] = [];
  for (const { size, inA, inB } of outer) {
    dimensions.push(size, inA ? strideA : 0, inB ? strideB : 0);
    if (inA) strideA *= size;
    if (inB) strideB *= size;
  }
  return {
    length: sizeOf(shape),
    inner: inner.size,
    advanceA: inner.inA,
    advanceB: inner.inB,
    outer: outer.length,
    dimensions,
  };
}
