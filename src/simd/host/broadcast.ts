import { backend_util } from "@tensorflow/tfjs-core";

/** How assembly/elementwise.ts walks two inputs that are broadcast against each other. */
export interface BroadcastPlan {
  /** The shape of the output. */
  readonly shape: number[];
  /** Its last words: inner, advances, number of outer dimensions and these, innermost first. */
  readonly words: readonly number[];
}

interface Dimension {
  size: number;
  inA: boolean;
  inB: boolean;
}

/** Adjacent dimensions that are present in the same inputs, merged; outermost first. */
function mergedDimensions(shape: number[], a: number[], b: number[]): Dimension[] {
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

/** Most outer dimensions that fit into the parameter block with room to spare. */
const MAXIMUM_OUTER = 64;

/** The plan for inputs of shapes `a` and `b`; null with more dimensions than the kernel takes. */
export function broadcastPlan(a: number[], b: number[]): BroadcastPlan | null {
  const shape = backend_util.assertAndGetBroadcastShape(a, b);
  const dimensions = mergedDimensions(shape, a, b).reverse();
  const [inner, ...outer] = dimensions;
  if (outer.length > MAXIMUM_OUTER) return null;
  let strideA = inner.inA ? inner.size : 1;
  let strideB = inner.inB ? inner.size : 1;
  const words = [inner.size, Number(inner.inA), Number(inner.inB), outer.length];
  for (const { size, inA, inB } of outer) {
    words.push(size, inA ? strideA : 0, inB ? strideB : 0);
    if (inA) strideA *= size;
    if (inB) strideB *= size;
  }
  return { shape, words };
}
