import { crc32, deflateSync } from "node:zlib";

export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Filter type of each row; the row's bytes are filtered accordingly. Default 0. */
  readonly filters?: readonly number[];
  /** Bytes 8 to 12 of the header: depth, colour type, compression, filter method, interlace. */
  readonly format?: readonly number[];
  /** The compressed data is cut into chunks of this many bytes. */
  readonly chunkBytes?: number;
}

export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

export const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

/** An RGB PNG of `pixels`, written straight from the specification, not from our reader. */
export function encodePng(pixels: Uint8Array, parts: PngParts): Buffer {
  const { width, height, filters = [], format = [8, 2, 0, 0, 0], chunkBytes = 1e9 } = parts;
  const stride = 3 * width;
  const at = (y: number, i: number): number => (y < 0 || i < 0 ? 0 : pixels[y * stride + i]);
  const rows: number[] = [];
  for (let y = 0; y < height; y++) {
    const filter = filters[y] ?? 0;
    rows.push(filter);
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [at(y, i - 3), at(y - 1, i), i < 3 ? 0 : at(y - 1, i - 3)];
      const p = a + b - c;
      const nearest = [a, b, c].reduce((best, x) =>
        Math.abs(p - x) < Math.abs(p - best) ? x : best,
      );
      const prediction = [0, a, b, Math.floor((a + b) / 2), nearest][filter] ?? 0;
      rows.push((at(y, i) - prediction) & 0xff);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(format, 8);
  const data = deflateSync(Uint8Array.from(rows));
  const chunks: Buffer[] = [];
  for (let from = 0; from < data.length; from += chunkBytes) {
    chunks.push(chunk("IDAT", data.subarray(from, from + chunkBytes)));
  }
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    ...chunks,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
