import { sizeOf } from "./sizes.ts";

/** How assembly/binary.ts walks two inputs that are broadcast against each other. */
export interface Broadcast {
  readonly length: number;
  readonly inner: number;
  /** Elements after which an input starts anew along a row: `inner` if it advances, 1 if it stays. */
  readonly periodA: number;
  readonly periodB: number;
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

/** Rows of up to so many elements that one input repeats are one row together. */
const SHORT_ROW = 128;

/** The walk along inputs of shapes `a` and `b` that gives `shape`. */
export function broadcast(
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
): Broadcast {
  const [{ size, inA, inB }, ...outer] = mergedDimensions(shape, a, b).reverse();
  let inner = size;
  let [periodA, periodB] = [inA ? size : 1, inB ? size : 1];
  if (inA && inB && size <= SHORT_ROW && outer.length > 0) {
    // An input that is not in the next dimension repeats its row there.
    const [next] = outer.splice(0, 1);
    inner *= next.size;
    if (next.inA) periodA = inner;
    if (next.inB) periodB = inner;
  }
  let [strideA, strideB] = [periodA, periodB];
  const dimensions: number[] = [];
  for (const { size, inA, inB } of outer) {
    dimensions.push(size, inA ? strideA : 0, inB ? strideB : 0);
    if (inA) strideA *= size;
    if (inB) strideB *= size;
  }
  return { length: sizeOf(shape), inner, periodA, periodB, outer: outer.length, dimensions };
}
