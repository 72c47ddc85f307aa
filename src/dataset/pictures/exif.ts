import type { ByteWindow } from "./byte-window.ts";
import { readTiffHeader } from "./tiff-header.ts";

/** What a camera's notes in a picture say, and where they are. */
export interface Exif {
  /** 1 to 8; `undefined` if they say nothing of it. */
  readonly orientation?: number;
  /** First byte of the segment or chunk. */
  readonly from: number;
  /** Byte behind it. */
  readonly to: number;
}

/** All that a picture says of how it has to be turned. */
export interface Notes {
  readonly exif?: Exif;
  /** EXIF's number, 1 to 8, from EXIF or, where that lacks it, from XMP. */
  readonly orientation?: number;
}

/** Reads the notes at `start`. Damaged ones say nothing: the picture may still be whole. */
export async function readExif(
  file: ByteWindow,
  start: number,
  place: { readonly from: number; readonly to: number },
): Promise<Exif> {
  try {
    return { ...place, orientation: (await readTiffHeader(file, start))?.orientation };
  } catch (error) {
    if (error instanceof RangeError) return place;
    throw error;
  }
}
