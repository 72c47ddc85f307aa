import { ByteWindow, type ReadBytes } from "./byte-window.ts";
import { type Exif, type Notes, readExif } from "./exif.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { readPngNotes } from "./png-notes.ts";
import { readTiffHeader } from "./tiff-header.ts";
import { orientationInXmp, readXmp } from "./xmp.ts";

/** Formats whose first bytes are understood here. */
export type PictureFormat = "PNG" | "JPEG" | "GIF" | "WebP" | "AVIF" | "BMP" | "TIFF";

/** What a picture says of itself before it is decoded. */
export interface PictureHeader extends Notes {
  readonly format: PictureFormat;
  /** As stored, before it is turned. */
  readonly width: number;
  /** As stored, before it is turned. */
  readonly height: number;
  /** Whether it is a PNG with 16 bits of grey, and nothing else, a pixel. */
  readonly isGrey16?: boolean;
}

/**
 * Format, size and orientation of a picture by its content, without decoding it.
 * @param read gives parts of the file.
 * @returns `undefined` if it is no picture of a known format, or too little of it.
 */
export async function readPictureHeader(read: ReadBytes): Promise<PictureHeader | undefined> {
  const file = new ByteWindow(read);
  try {
    const start = await file.text(0, 16);
    const [, reader] = READERS.find(([signature]) => signature.test(start)) ?? [];
    const header = await reader?.(file);
    if (!header || header.width === 0 || header.height === 0) return undefined;
    return header;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Reader = (file: ByteWindow) => Promise<PictureHeader | undefined>;

/** @see https://www.w3.org/TR/png-3/#11IHDR */
const png: Reader = async (file) => {
  if ((await file.text(12, 4)) !== "IHDR") return undefined;
  const view = await file.view(16, 10);
  const isGrey16 = view.getUint8(8) === 16 && view.getUint8(9) === 0;
  return {
    format: "PNG",
    width: view.getUint32(0),
    height: view.getUint32(4),
    ...(await readPngNotes(file)),
    ...(isGrey16 && { isGrey16 }),
  };
};

/** @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
const gif: Reader = async (file) => {
  const view = await file.view(6, 4);
  return { format: "GIF", width: view.getUint16(0, true), height: view.getUint16(2, true) };
};

/** The height is negative where rows go from top to bottom. */
const bmp: Reader = async (file) => {
  const view = await file.view(14, 12);
  if (view.getUint32(0, true) < 40) return undefined;
  const height = Math.abs(view.getInt32(8, true));
  return { format: "BMP", width: view.getInt32(4, true), height };
};

const jpeg: Reader = async (file) => {
  const header = await readJpegHeader(file);
  return header && { format: "JPEG", ...header };
};

const tiff: Reader = async (file) => {
  const { width = 0, height = 0, orientation, xmp } = (await readTiffHeader(file, 0)) ?? {};
  const inXmp = xmp && (await readXmp(file, xmp.from, xmp.length));
  return { format: "TIFF", width, height, orientation: orientation ?? inXmp };
};

/** @see https://developers.google.com/speed/webp/docs/riff_container */
const webp: Reader = async (file) => {
  const format = "WebP";
  const view = await file.view(20, 10);
  switch (await file.text(12, 4)) {
    case "VP8 ": {
      const [width, height] = [6, 8].map((at) => view.getUint16(at, true) & 0x3fff);
      return { format, width, height };
    }
    case "VP8L": {
      const bits = view.getUint32(1, true);
      return { format, width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    case "VP8X": {
      const [width, height] = [4, 7].map(
        (at) => 1 + view.getUint16(at, true) + (view.getUint8(at + 2) << 16),
      );
      return { format, width, height, ...(await webpNotes(file, view.getUint8(0))) };
    }
    default:
      return undefined;
  }
};

/** Bits of the first byte that say what is behind the image data. */
const WEBP_EXIF = 8;
const WEBP_XMP = 4;

/** EXIF and XMP are in chunks behind the image data; some writers put JPEG's mark before EXIF. */
async function webpNotes(file: ByteWindow, flags: number): Promise<Notes> {
  let exif: Exif | undefined;
  let inXmp: number | undefined;
  let missing = flags & (WEBP_EXIF | WEBP_XMP);
  for (let at = 30; missing !== 0;) {
    const type = await file.text(at, 4);
    if (type.length < 4) break;
    const length = (await file.view(at + 4, 4)).getUint32(0, true);
    const next = at + 8 + length + (length % 2);
    if (type === "EXIF" && missing & WEBP_EXIF) {
      const isMarked = (await file.text(at + 8, 6)) === "Exif\0\0";
      exif = await readExif(file, at + (isMarked ? 14 : 8), { from: at, to: next });
      missing &= ~WEBP_EXIF;
    } else if (type === "XMP " && missing & WEBP_XMP) {
      inXmp = await readXmp(file, at + 8, length);
      missing &= ~WEBP_XMP;
    }
    at = next;
  }
  return { exif, orientation: exif?.orientation ?? inXmp };
}

/** Boxes with the sizes ("ispe") lie in the file's beginning. */
const AVIF_HEADER_BYTES = 2 ** 19;

/** The largest of the sizes in the file's property boxes: thumbnails have one, too. */
const avif: Reader = async (file) => {
  if (!/avi[fs]/.test(await file.text(8, 64))) return undefined;
  const bytes = await file.upTo(0, AVIF_HEADER_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let largest: PictureHeader | undefined;
  for (let at = 8; at + 16 <= bytes.length; at++) {
    if (view.getUint32(at) !== ISPE) continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (!largest || width * height > largest.width * largest.height) {
      largest = { format: "AVIF", width, height };
    }
  }
  // Decoders turn AVIF as its boxes say, and EXIF counts for nothing; XMP does where there are none.
  const text = new TextDecoder("latin1").decode(bytes);
  return largest && { ...largest, orientation: TURNING.test(text) ? 1 : orientationInXmp(text) };
};

const TURNING = /irot|imir/;

/** "ispe" */
const ISPE = 0x69737065;

const READERS: readonly (readonly [signature: RegExp, Reader])[] = [
  [/^\x89PNG\r\n\x1a\n/, png],
  [/^\xff\xd8/, jpeg],
  [/^GIF8[79]a/, gif],
  [/^RIFF[^]{4}WEBP/, webp],
  [/^[^]{4}ftyp/, avif],
  [/^(II[*+]\0|MM\0[*+])/, tiff],
  [/^BM/, bmp],
];

/** Formats that are recognized only to be refused by their name. */
const OTHERS: readonly (readonly [signature: RegExp, name: string])[] = [
  [/^[^]{4}ftyp(hei|hev|mif1|msf1)/, "a HEIC picture"],
  [/^[^]{4}ftyp/, "a video"],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, "a JPEG XL picture"],
  [/^(\xff\x4f\xff\x51|\0\0\0\x0cjP {2})/, "a JPEG 2000 picture"],
  [/^\s*(\xef\xbb\xbf)?\s*<(\?xml|!--|!DOCTYPE svg|svg)/i, "an SVG or another XML file"],
  [/^\s*<(!DOCTYPE )?html/i, "an HTML page"],
  [/^%PDF/, "a PDF file"],
  [/^%!PS/, "a PostScript file"],
  [/^8BPS/, "a Photoshop file"],
  [/^P[1-7]\s/, "a PNM picture"],
  [/^\0\0[\x01\x02]\0/, "an icon"],
  [/^PK\x03\x04/, "a zip file"],
  [/^\x1f\x8b/, "a gzip file"],
  [/^RIFF/, "a sound or a video"],
];

/** What a file is that `readPictureHeader` does not read, or not whole, as a noun. */
export async function nameOfContent(read: ReadBytes): Promise<string> {
  const start = String.fromCharCode(...(await read(0, 64)).subarray(0, 64));
  if (start === "") return "an empty file";
  if (READERS.some(([signature, reader]) => reader !== avif && signature.test(start))) {
    return "only a part of a picture";
  }
  return OTHERS.find(([signature]) => signature.test(start))?.[1] ?? "a file of another kind";
}
