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
    // A file that ends here is damaged; that is for the decoder to say.
    const type = await file.text(at + 4, 4);
    if (type.length < 4 || type === "IEND") break;
    const length = (await file.view(at, 4)).getUint32(0);
    const next = at + 12 + length;
    if (type === "eXIf") exif = await readExif(file, at + 8, { from: at, to: next });
    else if (PNG_TEXT.test(type) && length <= MAX_TEXT_BYTES) {
      const bytes = await file.upTo(at + 8, length);
      const key = keyOf(bytes);
      if (key === XMP || key === RAW_EXIF) texts.set(key, await pngText(type, bytes));
    }
    at = next;
  }
  const inExif = exif ? exif.orientation : await inRawExif(texts.get(RAW_EXIF) ?? "");
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
