import { BRAND } from "../brand.ts";
import { ArgumentError } from "../errors.ts";
import type { ImageSet } from "./image-set.ts";

/** What an image set has beside its pixels. */
type Outline = Pick<ImageSet, "labels" | "imageShape" | "classNames" | "paths">;

/**
 * The images of a stream as flows see them: an image set of which only those images are there that have
 * been loaded for a batch.
 * @param pixelsOf gives the pixels of an image, or `undefined` if it has not been loaded.
 */
export function imageWindow(
  outline: Outline,
  pixelsOf: (index: number) => Uint8Array | undefined,
): ImageSet {
  const cut = (): never => refuse("a part of the images");
  const { labels, imageShape, classNames, paths } = outline;
  const window: Omit<ImageSet, "toJSON"> = {
    ...{ labels, imageShape, classNames, ...(paths && { paths }) },
    length: labels.length,
    imageSize: imageShape[0] * imageShape[1] * imageShape[2],
    get images() {
      return refuse("all pixels at once");
    },
    image: (index) => pixelsOf(index) ?? refuse(`image ${index}`),
    ...{ subset: cut, withClasses: cut, take: cut, slice: cut },
  };
  return Object.defineProperty(window, BRAND, { value: "ImageSet" }) as ImageSet;
}

function refuse(what: string): never {
  throw new ArgumentError({
    subject: "ImageStream",
    expected: "an augmentation that reads those images only that its flow says a batch needs",
    got: `one that reads ${what} without a word`,
    remedy:
      "give the flow a method needs(epoch, index) with the indices of the images and read them by " +
      "set.image(i), or load the pictures with imageFolder",
  });
}
