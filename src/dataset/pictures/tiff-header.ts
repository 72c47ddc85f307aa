import type { ByteWindow } from "./byte-window.ts";

/** What the first directory of a TIFF file says; EXIF is such a file, too. */
interface TiffHeader {
  readonly width?: number;
  readonly height?: number;
  /** 1 to 8 as EXIF numbers them. */
  readonly orientation?: number;
  /** Where XMP stands. */
  readonly xmp?: { readonly from: number; readonly length: number };
}

const TAGS = new Map<number, "width" | "height" | "orientation">([
  [0x100, "width"],
  [0x101, "height"],
  [0x112, "orientation"],
]);
const XMP = 0x2bc;
/** More than any real directory has. */
const MAX_ENTRIES = 4096;
/** Bytes of an entry: in the classic form, and in BigTIFF with its longer numbers. */
const ENTRY_BYTES = { classic: 12, big: 20 };

/**
 * Reads the first directory of the TIFF file that begins at `start`.
 * @returns `undefined` if there is none.
 * @throws {RangeError} if the file ends within it.
 * @see https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf
 */
export async function readTiffHeader(
  file: ByteWindow,
  start: number,
): Promise<TiffHeader | undefined> {
  const order = await file.text(start, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const little = order === "II";
  const head = await file.view(start, 8);
  const version = head.getUint16(2, little);
  if (version !== 42 && version !== 43) return undefined;
  const isBig = version === 43;
  const long = async (at: number): Promise<number> =>
    Number((await file.view(at, 8)).getBigUint64(0, little));

  const directory = start + (isBig ? await long(start + 8) : head.getUint32(4, little));
  const count = isBig
    ? await long(directory)
    : (await file.view(directory, 2)).getUint16(0, little);
  const size = isBig ? ENTRY_BYTES.big : ENTRY_BYTES.classic;
  const first = directory + (isBig ? 8 : 2);
  const found: { -readonly [Key in keyof TiffHeader]: TiffHeader[Key] } = {};
  for (let i = 0; i < Math.min(count, MAX_ENTRIES); i++) {
    const entry = await file.view(first + i * size, size);
    const tag = entry.getUint16(0, little);
    const name = TAGS.get(tag);
    // Type 3 is a number of two bytes, 4 one of four; they stand at the value's beginning.
    const type = entry.getUint16(2, little);
    const at = isBig ? 12 : 8;
    if (name && type === 3) found[name] = entry.getUint16(at, little);
    if (name && type === 4) found[name] = entry.getUint32(at, little);
    if (tag === XMP) {
      const number = (place: number): number =>
        isBig ? Number(entry.getBigUint64(place, little)) : entry.getUint32(place, little);
      found.xmp = { from: start + number(at), length: number(4) };
    }
  }
  return found;
}
