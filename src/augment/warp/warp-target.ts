import type { AxisOrder, FillMode, InterpolationOrder } from "../keras/transform.ts";

/** Pixels to read: bytes of an image set or floats. */
export type PixelArray = Uint8Array | Float32Array;

/** How a warp fills and interpolates. */
export interface WarpOptions {
  readonly fillMode: FillMode;
  /** What `fillMode: "constant"` fills with. */
  readonly cval: number;
  readonly interpolationOrder: InterpolationOrder;
  readonly axisOrder: AxisOrder;
}

/** Where a warp reads and writes. */
export interface WarpTarget {
  readonly source: PixelArray;
  /** Where the image begins in `source`. */
  readonly from: number;
  /** Must not share memory with `source`. */
  readonly out: Float32Array;
  /** Where the image begins in `out`. */
  readonly to: number;
  /** Factor, already rounded to float32, for the finished float32 pixels. */
  readonly scale: number;
}
