import type { MakeSharp, Sharp } from "sharp";
import type { ReadBytes } from "../dataset/pictures/byte-window.ts";
import { checkedHeader, PictureError } from "../dataset/pictures/checked-header.ts";
import { orientationOf } from "../dataset/pictures/orientation.ts";
import type { PictureFormat, PictureHeader } from "../dataset/pictures/picture-header.ts";
import type { Pixels } from "../dataset/resample.ts";
import { messageOf } from "../text/describe.ts";
import { optionalPackage } from "../runtime/optional-package.ts";
import { openRegularFile } from "./read-regular-file.ts";

/** What sharp decodes, without the formats that run programs of their own, such as SVG. */
const FORMATS: readonly PictureFormat[] = ["PNG", "JPEG", "WebP", "GIF", "AVIF", "TIFF"];

/** The most pixels of a picture by default: 16,384 x 16,384, 800 MB for a moment. */
export const MAX_PIXELS = 2 ** 28;

/** A picture's file, by its path, or its bytes. */
export type PictureInput = string | Uint8Array;

/** A picture whose beginning has been read. */
export interface OpenPicture extends Pick<PictureHeader, "width" | "height"> {
  /**
   * The pixels, upright.
   * @throws {DataError} if the file is damaged.
   */
  decode(): Promise<DecodedPicture>;
}

/** A decoded picture. */
interface DecodedPicture extends Pixels {
  /** Whether it had 16 bits of grey and values above 255, which have become white. */
  readonly isClipped?: boolean;
}

/**
 * Makes the function that opens pictures, with the package sharp.
 * @throws {SourceError} if sharp is missing.
 */
export async function pictureOpener(
  subject: string,
  maxPixels: number,
  otherwise = "",
): Promise<(input: PictureInput, name?: string) => Promise<OpenPicture>> {
  const { default: sharp } = await optionalPackage(
    { subject, name: "sharp", otherwise },
    () => import("sharp"),
  );
  return async (input, name) => {
    const decodable = { formats: FORMATS, maxPixels };
    const header = await withReader(input, (read) => checkedHeader(subject, read, decodable, name));
    const { format, width, height } = header;
    const decode = async (): Promise<DecodedPicture> => {
      try {
        return await decodeWith(sharp, input, header, maxPixels);
      } catch (cause) {
        // libvips has one place for the errors of all pictures under way: some find it empty.
        const said = messageOf(cause);
        const message = said === "Unknown error" ? "a damaged one" : `"${said}"`;
        throw new PictureError({
          subject,
          expected: `an intact ${format} picture`,
          got: `${message}${name ?? ""}`,
          remedy:
            "the file is damaged, or of a sort that sharp does not know: get it again or save it as PNG",
          cause,
        });
      }
    };
    return { width, height, decode };
  };
}

async function withReader<T>(
  input: PictureInput,
  use: (read: ReadBytes) => Promise<T>,
): Promise<T> {
  if (typeof input !== "string") {
    return use((from, to) => Promise.resolve(input.subarray(from, to)));
  }
  const file = await openRegularFile(input);
  try {
    return await use(async (from, to) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await file.close();
  }
}

/**
 * Pixels as Pillow has them after `ImageOps.exif_transpose`, before alpha is put on anything.
 * Colour profiles are not applied. Damage that a decoder mends with a warning is none, a file that
 * ends too early is.
 */
async function decodeWith(
  sharp: MakeSharp,
  input: PictureInput,
  { format, orientation }: PictureHeader,
  maxPixels: number,
): Promise<DecodedPicture> {
  const image = sharp(input, {
    ignoreIcc: true,
    // Of a TIFF that ends too early the rest would be black, and what mends its oddities is a warning.
    failOn: format === "TIFF" ? "error" : "truncated",
    limitInputPixels: maxPixels,
  });
  const { mirror, turn } = orientationOf(orientation);
  if (mirror) image.flop();
  if (turn !== 0) image.rotate(turn);
  const { space, depth, channels } = await image.metadata();
  const isDeep = depth === "ushort";
  if (space === "cmyk") {
    image.pipelineColourspace("cmyk").toColourspace("cmyk");
    const raw = await rawPixels(image, isDeep ? "ushort" : "uchar");
    return cmykToRgb(isDeep ? highBytes(raw) : raw);
  }
  if (space === "grey16" && isDeep && channels === 1) {
    return clipped(await rawPixels(image.toColourspace("grey16"), "ushort"));
  }
  return rawPixels(image.toColourspace("srgb"), "uchar");
}

async function rawPixels(image: Sharp, depth: "uchar" | "ushort"): Promise<Pixels> {
  const { data, info } = await image.raw({ depth }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data, width, height, channels };
}

/** `data` as numbers of two bytes. */
function words({ data }: Pixels): Uint16Array {
  // A copy only where they do not lie as such numbers may.
  const { buffer, byteOffset, byteLength } = data.byteOffset % 2 === 0 ? data : data.slice();
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

const highBytes = (pixels: Pixels): Pixels => ({
  ...pixels,
  data: Uint8Array.from(words(pixels), (word) => word >> 8),
});

/** 16 bits of grey: Pillow cuts off what is above 255. */
function clipped(pixels: Pixels): DecodedPicture {
  const values = words(pixels);
  const data = new Uint8Array(Uint8ClampedArray.from(values).buffer);
  return { ...pixels, data, isClipped: values.some((value) => value > 255) };
}

/** Pillow's conversion: paper shows through what ink leaves, first black, then each colour. */
function cmykToRgb({ data, width, height, channels = 4 }: Pixels): Pixels {
  const out = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < out.length; from += channels) {
    const light = 255 - data[from + 3];
    for (let c = 0; c < 3; c++) {
      const ink = data[from + c] * light + 128;
      out[to++] = light - (((ink >> 8) + ink) >> 8);
    }
  }
  return { data: out, width, height, channels: 3 };
}
