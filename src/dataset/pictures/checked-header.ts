import { DataError, type ErrorParts } from "../../errors.ts";
import type { ReadBytes } from "./byte-window.ts";
import {
  nameOfContent,
  type PictureFormat,
  type PictureHeader,
  readPictureHeader,
} from "./picture-header.ts";

/** What a runtime can decode. */
interface Decodable {
  readonly formats: readonly PictureFormat[];
  /** The most pixels of a picture. */
  readonly maxPixels: number;
}

/** A file that is no picture, or not one that can be decoded. */
export class PictureError extends DataError {
  /** What is wrong, for a list of several such files. */
  readonly reason: string;

  constructor(parts: ErrorParts, reason = parts.got) {
    super(parts);
    this.reason = reason;
  }
}

/**
 * What a picture says of itself, read before anything is decoded: a file's name promises nothing.
 * @param name of the file, in brackets, for messages; may be empty.
 * @throws {DataError} if the file is no picture in one of the formats, or a larger one.
 */
export async function checkedHeader(
  subject: string,
  read: ReadBytes,
  { formats, maxPixels }: Decodable,
  name = "",
): Promise<PictureHeader> {
  const header = await readPictureHeader(read);
  if (!header || !formats.includes(header.format)) {
    const got = header ? `a ${header.format} picture` : await nameOfContent(read);
    throw new PictureError({
      subject,
      expected: `a picture (${formats.slice(0, -1).join(", ")} or ${formats.at(-1)})`,
      got: `${got}${name}`,
      remedy: "choose a picture, or save it in one of these formats",
    });
  }
  const { width, height } = header;
  const pixels = width * height;
  if (pixels > maxPixels) {
    const got = `${width} x ${height}, ${megapixels(pixels)}`;
    const limit = `at most ${megapixels(maxPixels)}`;
    throw new PictureError(
      {
        subject,
        expected: `a picture of ${limit}`,
        got: `${got}${name}`,
        remedy: "make it smaller first, or raise the option maxPixels",
      },
      `${got}: more than maxPixels allows, ${limit}`,
    );
  }
  return header;
}

const megapixels = (pixels: number): string =>
  pixels < 1e5 ? `${pixels} pixels` : `${Math.round(pixels / 1e5) / 10} megapixels`;
