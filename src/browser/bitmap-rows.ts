import type { Orientation } from "../dataset/pictures/orientation.ts";
import type { PictureRows } from "../dataset/resample.ts";

/** The widest canvas that is used: phones refuse large ones. */
const MAX_WIDTH = 4096;

/** A decoded picture, upright and on white, in strips: a canvas as large as the picture may fail. */
export function bitmapRows(bitmap: ImageBitmap, { mirror, turn }: Orientation): PictureRows {
  const lies = turn % 180 !== 0;
  const width = lies ? bitmap.height : bitmap.width;
  const height = lies ? bitmap.width : bitmap.height;
  const [cos, sin] = turn % 180 === 0 ? [1 - turn / 90, 0] : [0, 2 - turn / 90];
  const flip = mirror ? -1 : 1;

  /** Part of the picture as RGBA. */
  const part = (x: number, y: number, columns: number, rows: number): Uint8ClampedArray => {
    const context = new OffscreenCanvas(columns, rows).getContext("2d", {
      willReadFrequently: true,
    })!;
    context.fillStyle = "white";
    context.fillRect(0, 0, columns, rows);
    context.imageSmoothingEnabled = false;
    // The picture around its middle: mirrored, turned, and moved to where the part begins.
    context.setTransform(cos * flip, sin * flip, -sin, cos, width / 2 - x, height / 2 - y);
    context.drawImage(bitmap, -bitmap.width / 2, -bitmap.height / 2);
    return context.getImageData(0, 0, columns, rows).data;
  };

  return {
    width,
    height,
    channels: 4,
    rows(from, to) {
      const out = new Uint8Array((to - from) * width * 4);
      for (let x = 0; x < width; x += MAX_WIDTH) {
        const columns = Math.min(MAX_WIDTH, width - x);
        const data = part(x, from, columns, to - from);
        for (let y = 0; y < to - from; y++) {
          const line = data.subarray(y * columns * 4, (y + 1) * columns * 4);
          out.set(line, (y * width + x) * 4);
        }
      }
      return out;
    },
  };
}
