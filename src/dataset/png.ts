/**
 * A reader for one kind of PNG: 8-bit RGB, not interlaced, of a size known beforehand. It refuses
 * everything else, checks every chunk's CRC, and leaves decompression to the caller, so that the
 * same code serves Node (zlib) and browsers (DecompressionStream).
 * @see https://www.w3.org/TR/png-3/
 */
import { DataError } from "../errors.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const CHANNELS = 3;

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
 * The pixels of a PNG: `height` rows of `width` interleaved RGB bytes.
 * @throws {DataError} unless the bytes are an intact 8-bit RGB PNG of just this size.
 */
export async function decodePng(
  bytes: Uint8Array,
  { width, height }: PngSize,
  inflate: Inflate,
): Promise<Uint8Array> {
  const compressed = readChunks(bytes, { width, height });
  // Each row is preceded by one byte that names its filter.
  const expected = height * (1 + width * CHANNELS);
  let raw: Uint8Array;
  try {
    raw = await inflate(compressed, expected);
  } catch (cause) {
    throw damaged("image data that inflates", "a damaged zlib stream", cause);
  }
  if (raw.length !== expected) {
    throw damaged(`${expected} bytes of image data`, `${raw.length}`);
  }
  return unfilter(raw, { width, height });
}

/** The joined contents of the IDAT chunks, once header, order and CRCs have been checked. */
function readChunks(bytes: Uint8Array, size: PngSize): Uint8Array {
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
    if (type === "IHDR") checkHeader(data, size);
    else if (type === "IDAT") parts.push(data);
    else if (type === "IEND") {
      if (end !== bytes.length) throw damaged("the end of the file after IEND", "more bytes");
      return join(parts);
    } else if (!/^[a-z]/.test(type)) {
      // A capital first letter marks a chunk that must be understood.
      throw damaged("only the chunks IHDR, IDAT and IEND", JSON.stringify(type));
    }
    at = end;
  }
}

function checkHeader(data: Uint8Array, { width, height }: PngSize): void {
  if (data.length !== 13) throw damaged("13 bytes of IHDR", `${data.length}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const got = `${view.getUint32(0)} x ${view.getUint32(4)}`;
  if (got !== `${width} x ${height}`) throw damaged(`${width} x ${height} pixels`, got);
  // Bit depth 8, colour type RGB, the only compression and filter methods, not interlaced.
  if ([8, 2, 0, 0, 0].some((value, i) => data[8 + i] !== value)) {
    throw damaged("8-bit RGB, not interlaced", `header bytes ${data.subarray(8).join(" ")}`);
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Undoes the row filters: each byte was stored as the difference from a prediction. */
function unfilter(raw: Uint8Array, { width, height }: PngSize): Uint8Array {
  const stride = width * CHANNELS;
  const pixels = new Uint8Array(height * stride);
  // The row above the first one counts as zeros.
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const row = pixels.subarray(y * stride, (y + 1) * stride);
    row.set(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    unfilterRow(filter, row, above);
    above = row;
  }
  return pixels;
}

function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array): void {
  switch (filter) {
    case 0:
      break;
    case 1:
      for (let i = CHANNELS; i < row.length; i++) row[i] += row[i - CHANNELS];
      break;
    case 2:
      for (let i = 0; i < row.length; i++) row[i] += above[i];
      break;
    case 3:
      for (let i = 0; i < row.length; i++) {
        row[i] += ((i < CHANNELS ? 0 : row[i - CHANNELS]) + above[i]) >> 1;
      }
      break;
    case 4:
      for (let i = 0; i < row.length; i++) {
        row[i] += i < CHANNELS ? above[i] : paeth(row[i - CHANNELS], above[i], above[i - CHANNELS]);
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

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function damaged(expected: string, got: string, cause?: unknown): DataError {
  const remedy = "the file is damaged or of another kind: get it again";
  return new DataError({ subject: "decodePng", expected, got, remedy, cause });
}
