/**
 * A reader for two kinds of PNG, 8-bit RGB and 16-bit grey, not interlaced, of a size known
 * beforehand. It refuses everything else, checks every chunk's CRC, and leaves decompression to the
 * caller, so that the same code serves Node (zlib) and browsers (DecompressionStream).
 * @see https://www.w3.org/TR/png-3/
 */
import { DataError } from "../errors.ts";
import { joinBytes } from "./bytes.ts";
import { crc32 } from "./crc.ts";

/** How every PNG begins. */
export const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** How a pixel is stored. */
interface PngLayout {
  readonly name: string;
  readonly bitDepth: number;
  readonly colourType: number;
  readonly pixelBytes: number;
}

const RGB_8: PngLayout = { name: "8-bit RGB", bitDepth: 8, colourType: 2, pixelBytes: 3 };
/** The high byte of a value comes first. */
export const GREY_16: PngLayout = {
  name: "16-bit grey",
  bitDepth: 16,
  colourType: 0,
  pixelBytes: 2,
};

/** Size in pixels. */
export interface PngSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Inflates a zlib stream. Must fail, rather than go on, once the output exceeds `maxBytes`: a few
 * bytes can claim to be gigabytes.
 */
export type Inflate = (data: Uint8Array, maxBytes: number) => Uint8Array | Promise<Uint8Array>;

/**
 * The pixels of a PNG: `height` rows of `width` pixels, each as it is stored.
 * @throws {DataError} unless the bytes are an intact PNG of just this layout and size.
 */
export async function decodePng(
  bytes: Uint8Array,
  { width, height }: PngSize,
  inflate: Inflate,
  layout = RGB_8,
): Promise<Uint8Array> {
  const compressed = readChunks(bytes, { width, height }, layout);
  // Each row is preceded by one byte that names its filter.
  const expected = height * (1 + width * layout.pixelBytes);
  let raw: Uint8Array;
  try {
    raw = await inflate(compressed, expected);
  } catch (cause) {
    throw damaged("image data that inflates", "a damaged zlib stream", cause);
  }
  if (raw.length !== expected) {
    throw damaged(`${expected} bytes of image data`, `${raw.length}`);
  }
  return unfilter(raw, height, layout.pixelBytes);
}

/** The joined contents of the IDAT chunks, once header, order and CRCs have been checked. */
function readChunks(bytes: Uint8Array, size: PngSize, layout: PngLayout): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw damaged("a PNG signature", "other bytes");
  }
  const parts: Uint8Array[] = [];
  let at = SIGNATURE.length;
  for (let index = 0; ; index++) {
    // A chunk: length of its data, four letters, the data, CRC of letters and data.
    if (at + 12 > bytes.length) throw damaged("an IEND chunk", "the end of the file");
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + length;
    if (end > bytes.length)
      throw damaged(`${length} bytes in chunk ${index}`, "the end of the file");
    const data = bytes.subarray(at + 8, end - 4);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw damaged(`the CRC of chunk ${index} (${type}) to be right`, "another");
    }
    if ((index === 0) !== (type === "IHDR")) throw damaged("IHDR first and only once", type);
    if (type === "IHDR") checkHeader(data, size, layout);
    else if (type === "IDAT") parts.push(data);
    else if (type === "IEND") {
      if (end !== bytes.length) throw damaged("the end of the file after IEND", "more bytes");
      return joinBytes(parts);
    } else if (!/^[a-z]/.test(type)) {
      // A capital first letter marks a chunk that must be understood.
      throw damaged("only the chunks IHDR, IDAT and IEND", JSON.stringify(type));
    }
    at = end;
  }
}

function checkHeader(data: Uint8Array, { width, height }: PngSize, layout: PngLayout): void {
  if (data.length !== 13) throw damaged("13 bytes of IHDR", `${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const got = `${view.getUint32(0)} x ${view.getUint32(4)}`;
  if (got !== `${width} x ${height}`) throw damaged(`${width} x ${height} pixels`, got);
  // The only compression and filter methods, not interlaced.
  if ([layout.bitDepth, layout.colourType, 0, 0, 0].some((value, i) => data[8 + i] !== value)) {
    throw damaged(`${layout.name}, not interlaced`, `header bytes ${data.subarray(8).join(" ")}`);
  }
}

/** Undoes the row filters: each byte was stored as the difference from a prediction. */
function unfilter(raw: Uint8Array, height: number, pixelBytes: number): Uint8Array {
  const stride = raw.length / height - 1;
  const pixels = new Uint8Array(height * stride);
  // The row above the first one counts as zeros.
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const row = pixels.subarray(y * stride, (y + 1) * stride);
    row.set(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    unfilterRow(filter, row, above, pixelBytes);
    above = row;
  }
  return pixels;
}

function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  switch (filter) {
    case 0:
      break;
    case 1:
      for (let i = step; i < row.length; i++) row[i] += row[i - step];
      break;
    case 2:
      for (let i = 0; i < row.length; i++) row[i] += above[i];
      break;
    case 3:
      for (let i = 0; i < row.length; i++) {
        row[i] += ((i < step ? 0 : row[i - step]) + above[i]) >> 1;
      }
      break;
    case 4:
      for (let i = 0; i < row.length; i++) {
        row[i] += i < step ? above[i] : paeth(row[i - step], above[i], above[i - step]);
      }
      break;
    default:
      throw damaged("row filters 0 to 4", `${filter}`);
  }
}

/** Whichever of left, above and above-left is nearest to left + above - aboveLeft. */
function paeth(left: number, above: number, aboveLeft: number): number {
  const toLeft = Math.abs(above - aboveLeft);
  const toAbove = Math.abs(left - aboveLeft);
  const toAboveLeft = Math.abs(left + above - 2 * aboveLeft);
  if (toLeft <= toAbove && toLeft <= toAboveLeft) return left;
  return toAbove <= toAboveLeft ? above : aboveLeft;
}

function damaged(expected: string, got: string, cause?: unknown): DataError {
  const remedy = "the file is damaged or of another kind: get it again";
  return new DataError({ subject: "decodePng", expected, got, remedy, cause });
}
