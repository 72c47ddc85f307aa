import type { ByteWindow } from "./byte-window.ts";

/** More than a description that says anything of a picture's orientation has. */
const MAX_BYTES = 2 ** 20;

/** EXIF's orientation in XMP, Adobe's description of pictures; looked for as Pillow does. */
export function orientationInXmp(text: string): number | undefined {
  const digit = /tiff:Orientation(?:="|>)([0-9])/.exec(text)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

/** The same for XMP that stands in a file. */
export async function readXmp(
  file: ByteWindow,
  from: number,
  length: number,
): Promise<number | undefined> {
  const bytes = await file.upTo(from, Math.min(length, MAX_BYTES));
  return orientationInXmp(new TextDecoder("latin1").decode(bytes));
}
