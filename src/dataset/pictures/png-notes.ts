import { ByteWindow } from "./byte-window.ts";
import { type Exif, type Notes, readExif } from "./exif.ts";
import { keyOf, MAX_TEXT_BYTES, PNG_TEXT, pngText } from "./png-text.ts";
import { orientationInXmp } from "./xmp.ts";

/** More than the pictures have that can be decoded. */
const MAX_CHUNKS = 2 ** 16;
const XMP = "XML:com.adobe.xmp";
/** EXIF as ImageMagick writes it, from when PNG had no chunk for it. */
const RAW_EXIF = "Raw profile type exif";

/**
 * What the chunks of a PNG file say of its orientation, before the image data and behind it: EXIF in
 * a chunk of its own, else as text; where it says nothing, XMP.
 */
export async function readPngNotes(file: ByteWindow): Promise<Notes> {
  let exif: Exif | undefined;
  const texts = new Map<string, string>();
  for (let at = 8, chunks = 0; chunks < MAX_CHUNKS; chunks++) {
    // Both at once: to go back by four bytes would read the window anew.
    const head = await file.upTo(at, 8);
    const type = String.fromCharCode(...head.subarray(4));
    // A file that ends here is damaged; that is for the decoder to say.
    if (head.length < 8 || type === "IEND") break;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
    const next = at + 12 + length;
    if (type === "eXIf") exif = await readExif(file, at + 8, { from: at, to: next });
    else if (PNG_TEXT.test(type) && length <= MAX_TEXT_BYTES) {
      const bytes = await file.upTo(at + 8, length);
      const key = keyOf(bytes);
      if (key === XMP || key === RAW_EXIF) texts.set(key, await pngText(type, bytes));
    }
    at = next;
  }
  const raw = texts.get(RAW_EXIF);
  const inExif = exif || raw === undefined ? exif?.orientation : await inRawExif(raw);
  return { exif, orientation: inExif ?? orientationInXmp(texts.get(XMP) ?? "") };
}

/** Orientation in EXIF that is written in hexadecimal digits, behind three lines about it. */
async function inRawExif(text: string): Promise<number | undefined> {
  const digits = text.split("\n").slice(3).join("");
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const file = new ByteWindow((from, to) => Promise.resolve(bytes.subarray(from, to)));
  const start = (await file.text(0, 6)) === "Exif\0\0" ? 6 : 0;
  return (await readExif(file, start, { from: 0, to: bytes.length })).orientation;
}
