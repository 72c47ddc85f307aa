import { check, checkNumber, isArray } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { type Reader, reader } from "../../options.ts";

/** A rectangle of pixels: rows top to bottom - 1, columns left to right - 1. */
export interface PixelBox {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** The row after the last. */
  readonly bottom: number;
  /** The column after the last. */
  readonly right: number;
}

/** The part of a rectangle that lies inside an image. */
export function boxInside(
  top: number,
  left: number,
  rows: number,
  columns: number,
  [height, width]: ImageShape,
): PixelBox {
  return {
    top: Math.max(0, top),
    left: Math.max(0, left),
    bottom: Math.min(height, top + rows),
    right: Math.min(width, left + columns),
  };
}

/** One value for all channels or one for each, in 0..255. */
export type FillColor = number | readonly number[];

/** Reads a colour; black if left out. */
export function fillColor(): Reader<FillColor> {
  return reader({ default: 0 }, (fill, subject, name) => {
    const values: readonly unknown[] = isArray(fill) ? fill : [fill];
    check(values.length > 0, subject, `${name} to have a value`, "[]", "pass one a channel");
    values.forEach((value, c) => {
      checkNumber(subject, fill === value ? name : `${name}[${c}]`, value, { min: 0, max: 255 });
    });
    return fill as FillColor;
  });
}

/** A copy of the image with the box painted over; the fill's list begins anew after its end. */
export function paintBox(
  image: Uint8Array,
  [, width, channels]: ImageShape,
  { top, left, bottom, right }: PixelBox,
  fill: FillColor,
): Uint8Array {
  // Not `slice`, which for a Buffer of Node shares its memory.
  const out = new Uint8Array(image);
  const colour = typeof fill === "number" ? [fill] : fill;
  for (let r = top; r < bottom; r++) {
    for (let i = (r * width + left) * channels; i < (r * width + right) * channels; i++) {
      out[i] = colour[(i % channels) % colour.length];
    }
  }
  return out;
}
