import { check, describe } from "../checks.ts";
import type { ReadBytes } from "../dataset/pictures/byte-window.ts";
import { checkedHeader } from "../dataset/pictures/checked-header.ts";
import {
  type ImageFromFileOptions,
  imageFromFileSettings,
} from "../dataset/pictures/image-options.ts";
import { orientationOf } from "../dataset/pictures/orientation.ts";
import type { PictureFormat, PictureHeader } from "../dataset/pictures/picture-header.ts";
import { resizeRows } from "../dataset/resize-image.ts";
import { DataError } from "../errors.ts";
import { bitmapRows } from "./bitmap-rows.ts";
import { decodeGrey16 } from "./decode-grey16.ts";

const SUBJECT = "imageFromFile";
/** What browsers show; SVG is no picture here. */
const FORMATS: readonly PictureFormat[] = ["PNG", "JPEG", "WebP", "GIF", "AVIF", "BMP"];
/** The most pixels that are decoded by default: 200 MB for a moment. */
const MAX_PIXELS = 50e6;

/** `imageFromFile`. */
export async function readPicture(file: Blob, options: ImageFromFileOptions): Promise<Uint8Array> {
  const { imageShape, resize, maxPixels } = imageFromFileSettings(options, MAX_PIXELS);
  check(
    file instanceof Blob,
    SUBJECT,
    "a file or another Blob",
    describe(file),
    "pass input.files[0], once a file is chosen",
  );
  const read: ReadBytes = async (from, to) =>
    new Uint8Array(await file.slice(from, to).arrayBuffer());
  const header = await checkedHeader(SUBJECT, read, { formats: FORMATS, maxPixels }, nameOf(file));
  const bitmap = header.isGrey16
    ? await decodeGrey16(SUBJECT, file, header, nameOf(file))
    : await decode(file, header);
  try {
    return resizeRows(bitmapRows(bitmap, orientationOf(header.orientation)), imageShape, resize);
  } finally {
    bitmap.close();
  }
}

async function decode(file: Blob, header: PictureHeader): Promise<ImageBitmap> {
  const { format } = header;
  try {
    return await createImageBitmap(withoutExif(file, header), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    });
  } catch (cause) {
    throw new DataError({
      subject: SUBJECT,
      expected: `an intact ${format} picture that this browser can show`,
      got: `one that it cannot decode${nameOf(file)}`,
      remedy: "choose another picture, or save it as PNG or JPEG",
      cause,
    });
  }
}

/**
 * The picture without its EXIF, so that no browser turns it: they agree neither on which formats they
 * turn nor on what `imageOrientation: "none"` means.
 */
function withoutExif(file: Blob, { format, exif }: PictureHeader): Blob {
  if (!exif) return file;
  const { from, to } = exif;
  // In WebP the chunk has to keep its place, since the file says that it has it.
  return format === "WebP"
    ? new Blob([file.slice(0, from), "JUNK", file.slice(from + 4)])
    : new Blob([file.slice(0, from), file.slice(to)]);
}

/** The file's name in brackets, if it has one. */
function nameOf(file: Blob): string {
  const { name } = file as Partial<File>;
  return name ? ` (${describe(name)})` : "";
}
