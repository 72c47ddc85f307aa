/** What the first bytes of a picture say. */
export interface PictureHeader {
  readonly format: "PNG" | "JPEG" | "GIF" | "WebP" | "AVIF" | "BMP";
  readonly width: number;
  readonly height: number;
}

/**
 * Format and size of a picture, without decoding it.
 * @param bytes the file's beginning.
 * @returns `undefined` if it is no picture of a known format, or too little of it.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const read of READERS) {
    try {
      const header = read(bytes, view);
      if (header && header.width > 0 && header.height > 0) return header;
    } catch (error) {
      // A view throws where the bytes end.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}

type Reader = (bytes: Uint8Array, view: DataView) => PictureHeader | undefined;

const text = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** @see https://www.w3.org/TR/png-3/#11IHDR */
const png: Reader = (bytes, view) =>
  text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n" && text(bytes, 12, 4) === "IHDR"
    ? { format: "PNG", width: view.getUint32(16), height: view.getUint32(20) }
    : undefined;

/** @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const gif: Reader = (bytes, view) =>
  /^GIF8[79]a$/.test(text(bytes, 0, 6))
    ? { format: "GIF", width: view.getUint16(6, true), height: view.getUint16(8, true) }
    : undefined;

/** The height is negative where rows go from top to bottom. */
const bmp: Reader = (bytes, view) =>
  text(bytes, 0, 2) === "BM" && view.getUint32(14, true) >= 40
    ? {
        format: "BMP",
        width: view.getInt32(18, true),
        height: Math.abs(view.getInt32(22, true)),
      }
    : undefined;

/** Segments follow each other until the frame header, which has the size. */
const jpeg: Reader = (_bytes, view) => {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    if (marker === 0xffff) {
      // A fill byte.
      at++;
      continue;
    }
    if (marker < 0xff01) return undefined;
    // SOF0 to SOF15, without those numbers that mean tables.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return { format: "JPEG", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
};

/** @see https://developers.google.com/speed/webp/docs/riff_container */
const webp: Reader = (bytes, view) => {
  if (text(bytes, 0, 4) !== "RIFF" || text(bytes, 8, 4) !== "WEBP") return undefined;
  const format = "WebP";
  switch (text(bytes, 12, 4)) {
    case "VP8 ":
      return {
        format,
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { format, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case "VP8X": {
      const size = (at: number): number =>
        1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
      return { format, width: size(24), height: size(27) };
    }
    default:
      return undefined;
  }
};

/** The largest of the sizes in the file's property boxes ("ispe"): thumbnails have one, too. */
const avif: Reader = (bytes, view) => {
  if (text(bytes, 4, 4) !== "ftyp" || !/avi[fs]/.test(text(bytes, 8, 64))) return undefined;
  let largest: PictureHeader | undefined;
  for (let at = 8; at + 16 <= bytes.length; at++) {
    if (text(bytes, at, 4) !== "ispe") continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (!largest || width * height > largest.width * largest.height) {
      largest = { format: "AVIF", width, height };
    }
  }
  return largest;
};

const READERS: readonly Reader[] = [png, jpeg, gif, webp, avif, bmp];
