import type { FillMode, InterpolationOrder } from "../keras/transform.ts";

/** Marks a coordinate that `fillMode: "constant"` fills with `cval`. */
export const OUTSIDE = -1;

/**
 * Where a coordinate reads from along one axis: two neighbouring pixels and their weights. For
 * interpolation order 0 the first has weight 1 and the second 0.
 */
export class AxisTaps {
  /** Index of the first pixel, or {@link OUTSIDE}. */
  first = 0;
  second = 0;
  firstWeight = 1;
  secondWeight = 0;

  /**
   * Locates a coordinate as SciPy's `ndimage` does: bring it inside by the fill mode, floor it,
   * weigh by the remainder, and mirror an index that still stands outside.
   */
  locate(coordinate: number, size: number, fillMode: FillMode, order: InterpolationOrder): void {
    const inside =
      coordinate >= 0 && coordinate <= size - 1
        ? coordinate
        : bringInside(coordinate, size, fillMode);
    if (inside <= -1) {
      this.first = OUTSIDE;
      return;
    }
    if (order === 0) {
      this.first = borderIndex(Math.floor(inside + 0.5), size, fillMode);
      this.second = this.first;
      this.firstWeight = 1;
      this.secondWeight = 0;
      return;
    }
    const floor = Math.floor(inside);
    this.firstWeight = 1 - (inside - floor);
    this.secondWeight = 1 - this.firstWeight;
    this.first = borderIndex(floor, size, fillMode);
    this.second = borderIndex(floor + 1, size, fillMode);
  }
}

/** The taps of every output line of one axis, for transforms that do not mix the axes. */
export class LineTaps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Float64Array;
  readonly secondWeight: Float64Array;
  readonly #taps = new AxisTaps();

  /** @param size number of lines. */
  constructor(readonly size: number) {
    this.first = new Int32Array(size);
    this.second = new Int32Array(size);
    this.firstWeight = new Float64Array(size);
    this.secondWeight = new Float64Array(size);
  }

  /** Sets the taps of every output line i for the coordinate `scale * i + offset`. */
  locate(
    scale: number,
    offset: number,
    {
      fillMode,
      interpolationOrder,
    }: { fillMode: FillMode; interpolationOrder: InterpolationOrder },
  ): void {
    const taps = this.#taps;
    for (let i = 0; i < this.size; i++) {
      taps.locate(scale * i + offset, this.size, fillMode, interpolationOrder);
      this.first[i] = taps.first;
      this.second[i] = taps.second;
      this.firstWeight[i] = taps.firstWeight;
      this.secondWeight[i] = taps.secondWeight;
    }
  }
}

/** A coordinate outside [0, size - 1] mapped by the fill mode; -1 where nothing is to be read. */
function bringInside(coordinate: number, size: number, fillMode: FillMode): number {
  if (fillMode === "constant") return -1;
  if (fillMode === "nearest" || size === 1) return coordinate < 0 ? 0 : size - 1;
  if (fillMode === "wrap") {
    // SciPy's "wrap" lets the first and the last pixel coincide: its period is size - 1.
    const period = size - 1;
    return coordinate < 0
      ? coordinate + period * (Math.trunc(-coordinate / period) + 1)
      : coordinate - period * Math.trunc(coordinate / period);
  }
  const period = 2 * size;
  if (coordinate < 0) {
    const near =
      coordinate < -period ? period * Math.trunc(-coordinate / period) + coordinate : coordinate;
    if (near < -size) return near + period;
    // Kept a hair above -1, as SciPy does, so that a coordinate of -0 does not fall outside.
    return (near > -1e-15 ? 1e-15 : -near) - 1;
  }
  const near = coordinate - period * Math.trunc(coordinate / period);
  return near >= size ? period - near - 1 : near;
}

/** An index at most one step outside: reflected about the edge, or mirrored with weight 0. */
function borderIndex(index: number, size: number, fillMode: FillMode): number {
  if (index >= 0 && index < size) return index;
  if (fillMode === "reflect" || size === 1) return index < 0 ? 0 : size - 1;
  return index < 0 ? 1 : size - 2;
}
