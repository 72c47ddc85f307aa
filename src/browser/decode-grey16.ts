import { PictureError } from "../dataset/pictures/checked-header.ts";
import { decompress } from "../bytes/decompress.ts";
import { warnOfClippedGrey } from "../dataset/pictures/warn-of-clipped-grey.ts";
import { decodePng, GREY_16, type PngSize } from "../bytes/png.ts";

/**
 * A PNG of 16 bits of grey as Pillow has it in 8: values above 255 are white. Browsers give only the
 * high bytes, from which that cannot be told.
 * @param name of the file, in brackets, for messages.
 */
export async function decodeGrey16(
  subject: string,
  file: Blob,
  { width, height }: PngSize,
  name: string,
): Promise<ImageBitmap> {
  const inflate = (data: Uint8Array, maxBytes: number): Promise<Uint8Array> =>
    decompress(subject, { format: "deflate", what: "zlib stream" }, data, maxBytes);
  let words: Uint8Array;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    words = await decodePng(bytes, { width, height }, inflate, GREY_16);
  } catch (cause) {
    throw new PictureError({
      subject,
      expected: "an intact PNG picture of 16 bits of grey, not interlaced",
      got: `another one${name}`,
      remedy: "choose another picture, or save it in 8 bits",
      cause,
    });
  }
  const image = new ImageData(width, height);
  let isClipped = false;
  for (let i = 0; i < width * height; i++) {
    const value = (words[2 * i] << 8) | words[2 * i + 1];
    isClipped ||= value > 255;
    // Clamps on its own.
    image.data.fill(value, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  if (isClipped) warnOfClippedGrey(subject, `the picture${name}`);
  return createImageBitmap(image);
}
