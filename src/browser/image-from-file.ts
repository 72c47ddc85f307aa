import type { ImageFromFileOptions } from "../dataset/pictures/image-options.ts";

/**
 * A picture of the user's, from a file input, a drop or the clipboard, as an image for a model, with
 * the same pixels as `imageFolder` and `imageFromFile` of `cifar-kit/node` give it: turned as EXIF
 * says, what is transparent on white, colour profiles not applied, resized as `resizeImage` does.
 * PNG, GIF, JPEG and WebP come out to the byte; AVIF and CMYK as near as decoders agree. Works in
 * pages and in Workers.
 *
 * The size is read before anything is decoded, and the decoded picture is taken in strips, so that
 * the memory stays bounded.
 * @param file PNG, JPEG, WebP, GIF (its first image), AVIF or BMP.
 * @returns `height * width * channels` bytes 0..255, NHWC order, for `predict`.
 * @throws {ArgumentError} if an argument is wrong.
 * @throws {DataError} if the file is no picture, is damaged, or has more than `maxPixels`.
 */
export async function imageFromFile(
  file: Blob,
  options: ImageFromFileOptions = {},
): Promise<Uint8Array> {
  // Loaded with the first picture: most pages begin without one.
  const { readPicture } = await import("./read-picture.ts");
  return readPicture(file, options);
}
