/** PNG files for small images: no compression, so no dependency, and the same code everywhere. */
import { joinBytes } from "./bytes.ts";
import { crc32 } from "./crc.ts";
import { SIGNATURE } from "./png.ts";

/** PNG's colour types by number of channels: grey, grey and alpha, RGB, RGB and alpha. */
const COLOR_TYPES = [0, 4, 2, 6];
/** Bytes that one stored block of a deflate stream can hold. */
const BLOCK_SIZE = 0xffff;

/**
 * An image as the bytes of a PNG file.
 * @param pixels 0..255 in HWC order.
 * @param shape height, width and 1 to 4 channels: grey, grey and alpha, RGB, RGB and alpha.
 * @see https://www.w3.org/TR/png/
 */
export function encodePng(
  pixels: Uint8Array,
  [height, width, channels]: readonly [number, number, number],
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOR_TYPES[channels - 1], 0, 0, 0], 8);

  // Every row begins with the number of its filter; 0 leaves the bytes as they are.
  const rowSize = width * channels;
  const rows = new Uint8Array(height * (rowSize + 1));
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * rowSize, (y + 1) * rowSize), y * (rowSize + 1) + 1);
  }
  const chunks = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", storedZlib(rows)),
    chunk("IEND", new Uint8Array(0)),
  ];
  return joinBytes(chunks);
}

/** Length, name, data and checksum. */
function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = name.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

/** A zlib stream of stored blocks. */
function storedZlib(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < data.length; start += BLOCK_SIZE) {
    const block = data.subarray(start, start + BLOCK_SIZE);
    const last = start + block.length === data.length ? 1 : 0;
    const { length } = block;
    parts.push(Uint8Array.of(last, length, length >> 8, ~length, ~length >> 8), block);
  }
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, adler32(data));
  return joinBytes([...parts, sum]);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
