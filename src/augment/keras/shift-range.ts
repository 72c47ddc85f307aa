import { check, checkNumber, describe, isArray } from "../../checks.ts";
import { type Reader, reader } from "../../options.ts";
import type { Rng } from "../../random/rng.ts";

/**
 * How far an image may be shifted along one axis, in Keras's forms:
 *
 * - a number below 1: a fraction of the axis, drawn evenly from [-f, f];
 * - a number above 1 that is not whole: pixels, drawn evenly from [-f, f];
 * - a whole number n >= 1: whole pixels out of -(n - 1) ... n - 1. The size is drawn from 0 ... n - 1
 *   and then the sign, so 0 comes up twice as often as any other value, n never, and 1 never moves;
 * - a list: one of its elements, then a sign; fractions of the axis if all are below 1, else pixels;
 * - `{ pixels: f }`: pixels, drawn evenly from [-f, f], for an f that is whole (in Python the float
 *   3.0, which JavaScript cannot tell from 3).
 */
export type ShiftRange =
  | number
  | readonly number[]
  | {
      /** The largest shift in pixels. */
      readonly pixels: number;
    };

/** Further than any image is wide, and few enough whole numbers to draw from. */
const FURTHEST = 2 ** 31;

/** Reads a shift in one of the forms of {@link ShiftRange}; what it gives nobody can change. */
export function shiftRange(): Reader<ShiftRange> {
  return reader({ default: 0 }, (range, subject, name): ShiftRange => {
    if (typeof range === "number") {
      checkNumber(subject, name, range, { min: 0, max: FURTHEST });
      return range;
    }
    if (isPixels(range)) {
      const { pixels } = range;
      checkNumber(subject, `${name}.pixels`, pixels, { min: 0, max: FURTHEST });
      return { pixels };
    }
    check(
      isArray(range) && range.length > 0,
      subject,
      `${name} to be a number, a list of shifts or { pixels }`,
      describe(range),
      "pass 0.1 for a tenth of the axis, 3 for whole pixels, or [1, 2, 4] for these shifts only",
    );
    return Array.from(range, (shift, i) => {
      checkNumber(subject, `${name}[${i}]`, shift, { min: -FURTHEST, max: FURTHEST });
      return shift;
    });
  });
}

/** Whether the range moves anything; if not, nothing is drawn for it. */
export function hasShift(range: ShiftRange): boolean {
  return typeof range === "number" ? range > 0 : !isPixels(range) || range.pixels > 0;
}

/** A shift in pixels along an axis of `size` pixels. */
export function drawShift(range: ShiftRange, size: number, rng: Rng): number {
  if (isPixels(range)) return drawBetween(-range.pixels, range.pixels, rng);
  if (typeof range === "number") {
    if (Number.isInteger(range)) return rng.integer(range) * drawSign(rng);
    const shift = drawBetween(-range, range, rng);
    return range < 1 ? shift * size : shift;
  }
  const shift = range[rng.integer(range.length)] * drawSign(rng);
  return Math.max(...range) < 1 ? shift * size : shift;
}

/** A number drawn evenly from [low, high). */
export function drawBetween(low: number, high: number, rng: Rng): number {
  return low + (high - low) * rng.uniform();
}

function drawSign(rng: Rng): number {
  return rng.integer(2) === 0 ? -1 : 1;
}

function isPixels(range: unknown): range is { readonly pixels: number } {
  return typeof range === "object" && range !== null && "pixels" in range;
}
