import type { ByteWindow } from "./byte-window.ts";
import { type Exif, type Notes, readExif } from "./exif.ts";
import { readXmp } from "./xmp.ts";

/** The most bytes between segments that are passed over: what cameras leave there is short. */
const MAX_JUNK = 2 ** 20;

const SOS = 0xda;
const APP1 = 0xe1;
const XMP = "http://ns.adobe.com/xap/1.0/\0";
/** Numbers among those of the frame headers that mean tables. */
const TABLES = [0xc4, 0xc8, 0xcc];
/** Markers without a segment: TEM, RST0 to RST7, SOI. */
const hasNoSegment = (marker: number): boolean =>
  marker === 1 || (marker >= 0xd0 && marker <= 0xd8);

/**
 * Size and orientation of a JPEG file: segments follow each other until the frame header, which has
 * the size; EXIF and XMP are in some before it. What lies between segments is passed over, as libjpeg does.
 * @returns `undefined` if there is no frame header.
 * @throws {RangeError} if the file ends before.
 */
export async function readJpegHeader(
  file: ByteWindow,
): Promise<({ width: number; height: number } & Notes) | undefined> {
  let exif: Exif | undefined;
  let inXmp: number | undefined;
  for (let at = 2; ;) {
    const found = await nextMarker(file, at);
    if (!found) return undefined;
    const { marker } = found;
    at = found.at;
    if (hasNoSegment(marker)) continue;
    if (marker === SOS) return undefined;
    if (marker >= 0xc0 && marker <= 0xcf && !TABLES.includes(marker)) {
      const frame = await file.view(at, 7);
      const orientation = exif?.orientation ?? inXmp;
      return { width: frame.getUint16(5), height: frame.getUint16(3), exif, orientation };
    }
    const length = (await file.view(at, 2)).getUint16(0);
    if (marker === APP1 && !exif && (await file.text(at + 2, 6)) === "Exif\0\0") {
      exif = await readExif(file, at + 8, { from: at - 2, to: at + length });
    }
    if (marker === APP1 && (await file.text(at + 2, XMP.length)) === XMP) {
      inXmp = await readXmp(file, at + 2 + XMP.length, length - 2 - XMP.length);
    }
    at += length;
  }
}

/** The marker that comes next, and where what follows it begins. */
async function nextMarker(
  file: ByteWindow,
  from: number,
): Promise<{ marker: number; at: number } | undefined> {
  for (let at = from; at < from + MAX_JUNK; at++) {
    const [first, second] = await file.upTo(at, 2);
    if (second === undefined) throw new RangeError("the file ends");
    // Any number of fill bytes 0xff may come before the marker; 0xff00 is no marker.
    if (first === 0xff && second !== 0xff && second !== 0) return { marker: second, at: at + 2 };
  }
  return undefined;
}
