import { check, checkInteger, checkOptions } from "../../checks.ts";
import type { ImageShape } from "../image-shape.ts";
import { checkPictureShape, checkResizing, type ResizeImageOptions } from "../resize-image.ts";
import { checkMaxPixels } from "./checked-header.ts";

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

/** Options that have been read. */
export interface ImageFromFileSettings {
  readonly imageShape: ImageShape;
  readonly resize: ResizeImageOptions;
  readonly maxPixels: number;
}

const NAMES = ["imageShape", "width", "height", "interpolation", "fit", "maxPixels"];

/** Checks the options of `imageFromFile` and fills in what is left out. */
export function imageFromFileSettings(
  options: ImageFromFileOptions,
  defaultMaxPixels: number,
): ImageFromFileSettings {
  const subject = "imageFromFile";
  checkOptions(subject, options, NAMES);
  const { imageShape, width = 32, height = 32, maxPixels = defaultMaxPixels, ...resize } = options;
  check(
    imageShape === undefined || (options.width === undefined && options.height === undefined),
    subject,
    "the size once",
    "imageShape together with width or height",
    "leave width and height out",
  );
  if (imageShape !== undefined) checkPictureShape(subject, imageShape);
  checkInteger(subject, "width", width, { min: 1 });
  checkInteger(subject, "height", height, { min: 1 });
  checkResizing(subject, resize);
  checkMaxPixels(subject, maxPixels);
  return { imageShape: imageShape ?? [height, width, 3], resize, maxPixels };
}
