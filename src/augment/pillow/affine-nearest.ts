import type { ImageShape } from "../../dataset/image-shape.ts";

/** Output (x, y) shows the input at (a x + b y + c, d x + e y + f), in pixels from the top left. */
type PillowMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Pillow's `Image.transform` with an affine matrix and the nearest pixel, in its 16-bit fixed
 * point; black where there is no pixel.
 * @returns a new image of bytes.
 */
export function affineNearest(
  image: Uint8Array,
  [height, width, channels]: ImageShape,
  [a, b, c, d, e, f]: PillowMatrix,
): Uint8Array {
  const out = new Uint8Array(image.length);
  const [xx, xy, yx, yy] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  // Places are taken at the middle of each pixel.
  const x0 = fixed(c + a * 0.5 + b * 0.5);
  const y0 = fixed(f + d * 0.5 + e * 0.5);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = Math.floor((x0 + xx * column + xy * row) / 65536);
      const y = Math.floor((y0 + yx * column + yy * row) / 65536);
      if (x < 0 || x >= width || y < 0 || y >= height) continue;
      const from = (y * width + x) * channels;
      const to = (row * width + column) * channels;
      for (let k = 0; k < channels; k++) out[to + k] = image[from + k];
    }
  }
  return out;
}

/** The matrix of Pillow's `Image.rotate`: counter-clockwise about the middle. */
export function rotationMatrix([height, width]: ImageShape, degrees: number): PillowMatrix {
  const angle = (-(((degrees % 360) + 360) % 360) * Math.PI) / 180;
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const x = width / 2;
  const y = height / 2;
  return [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y];
}

function fixed(value: number): number {
  return Math.trunc(value * 65536 + (value < 0 ? -0.5 : 0.5));
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}
