import { CONSTANTS } from "../schema/constants.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Elements of the output that one task of a pooling kernel computes. */
const OUT_BLOCK = 8192;
/** Channels that one task of a pooling gradient covers. A multiple of 4. */
const CHANNELS = 32;

/** The sizes of a pooling of NHWC images. */
export interface PoolShape {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

export type Pooling = "max" | "avg";

/** Whether every element of the input is in exactly one window. */
function tilesExactly(shape: PoolShape): boolean {
  const { strideHeight, strideWidth, filterHeight, filterWidth, padTop, padLeft } = shape;
  return (
    strideHeight === filterHeight &&
    strideWidth === filterWidth &&
    padTop === 0 &&
    padLeft === 0 &&
    shape.outHeight * filterHeight === shape.height &&
    shape.outWidth * filterWidth === shape.width
  );
}

/** Whether 2 x 2 windows tile the input, for which there are faster kernels. */
export function tilesBy2(shape: PoolShape): boolean {
  return shape.filterHeight === 2 && shape.filterWidth === 2 && tilesExactly(shape);
}

/** Whether vectors of one pixel's channels would be half empty, and a row fits into scratch memory. */
function isNarrow({
  channels,
  width,
  outWidth,
  padLeft,
  strideWidth,
  filterWidth,
}: PoolShape): boolean {
  const reach = padLeft + Math.max(width, (outWidth - 1) * strideWidth + filterWidth);
  return channels < 8 && 4 * channels * (outWidth + reach) + 256 <= CONSTANTS.SCRATCH_BYTES;
}

/** Cuts rows of the output into tasks; a row counts as this many elements. */
export function cutRows(shape: PoolShape, elements: number): { tasks: number; perTask: number } {
  const perTask = Math.max(1, Math.floor(OUT_BLOCK / elements));
  return { tasks: Math.ceil((shape.images * shape.outHeight) / perTask), perTask };
}

/** y: of each window the largest, or the average, which of no elements is `ofNone`. */
export function pool(
  plan: PlanWriter,
  kind: Pooling,
  shape: PoolShape,
  { x, y }: Record<"x" | "y", Place>,
  ofNone = NaN,
): void {
  const { tasks, perTask } = cutRows(shape, shape.outWidth * shape.channels);
  const by2 = kind === "max" && tilesBy2(shape);
  const general = isNarrow(shape)
    ? (`${kind}_pool_narrow_f32` as const)
    : (`${kind}_pool_f32` as const);
  const kernel = by2 ? "max_pool_2x2_f32" : general;
  const atLeast = ofNone === 0 ? 1 : 0;
  plan.call(kernel, tasks, { x, y, dx: null, ...shape, perTask, tiled: false, atLeast });
}

/** dx from the gradient `y` of the output; `x` is the input, of which averages need nothing. */
export function poolGradient(
  plan: PlanWriter,
  kind: Pooling,
  shape: PoolShape,
  places: { x: Place | null; y: Place; dx: Place },
): void {
  const whole = { tiled: tilesExactly(shape), atLeast: 0 };
  if (kind === "max" && tilesBy2(shape)) {
    const { tasks, perTask } = cutRows(shape, 4 * shape.outWidth * shape.channels);
    plan.call("max_pool_2x2_grad_f32", tasks, { ...places, ...shape, perTask, ...whole });
    return;
  }
  const tasks = shape.images * Math.ceil(shape.channels / CHANNELS);
  const words = { ...places, ...shape, perTask: CHANNELS, ...whole };
  plan.call(`${kind}_pool_grad_f32`, tasks, words);
}
