import { check } from "../../checks.ts";
import { integer, readOptions } from "../../options.ts";
import { type ImageShape, pictureShape } from "../image-shape.ts";
import { type ResizeImageOptions, resizeOptions } from "../resize-image.ts";

/** Options of `imageFromFile`, in Node and in the page. */
export interface ImageFromFileOptions extends ResizeImageOptions {
  /** Height, width and channels (1 or 3) of the image, as in `imageFolder`. Default 32, 32, 3. */
  readonly imageShape?: ImageShape;
  /** Width of the image in pixels, in place of `imageShape`; default 32. */
  readonly width?: number;
  /** Height of the image in pixels, in place of `imageShape`; default 32. */
  readonly height?: number;
  /**
   * The most pixels of a picture that is decoded. Default in Node 2^28, 800 MB for a moment; in a
   * page 50 million, 200 MB.
   */
  readonly maxPixels?: number;
}

/** The options of `imageFromFile`, read. */
export function imageFromFileSettings(options: ImageFromFileOptions, defaultMaxPixels: number) {
  const subject = "imageFromFile";
  const { imageShape, width, height, maxPixels, ...resize } = readOptions(subject, options, {
    imageShape: pictureShape({ optional: true }),
    width: integer({ min: 1, optional: true }),
    height: integer({ min: 1, optional: true }),
    maxPixels: integer({ min: 1, default: defaultMaxPixels }),
    ...resizeOptions(),
  });
  check(
    imageShape === undefined || (width === undefined && height === undefined),
    subject,
    "the size once",
    "imageShape together with width or height",
    "leave width and height out",
  );
  return { imageShape: imageShape ?? ([height ?? 32, width ?? 32, 3] as const), maxPixels, resize };
}
