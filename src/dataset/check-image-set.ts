import { attempt, check, describe } from "../checks.ts";
import { brandOf } from "../brand.ts";
import type { ImageSet } from "./image-set.ts";
import type { ImageStream } from "./image-stream.ts";

/** Whether a value is an image set, of whichever copy of the package; needs no class to tell. */
export function isImageSet(value: unknown): value is ImageSet {
  return attempt(() => brandOf(Object(value) as object)) === "ImageSet";
}

/** Whether a value is a stream of images, of whichever copy of the package. */
export function isImageStream(value: unknown): value is ImageStream {
  return attempt(() => brandOf(Object(value) as object)) === "ImageStream";
}

/** Labelled images that can be cut, put into another order and augmented. */
export type Images = ImageSet | ImageStream;

/** A part of such images: of a stream a stream, of a set a set. */
export type PartOf<I extends Images> = I extends ImageStream ? ImageStream : ImageSet;

/** {@link checkImageSet} where a stream will do, too. */
export function checkImages(subject: string, images: unknown): asserts images is Images {
  if (!isImageStream(images)) checkImageSet(subject, images);
  else checkSome(subject, images);
}

/** Throws unless `set` is an image set with at least one image. */
export function checkImageSet(subject: string, set: unknown): asserts set is ImageSet {
  check(
    isImageSet(set),
    subject,
    "an ImageSet",
    describe(set),
    "load one with loadCifar10, or make one with new ImageSet({ images, labels, ... })",
  );
  checkSome(subject, set);
}

function checkSome(subject: string, { length }: Images): void {
  check(
    length > 0,
    subject,
    "at least one image",
    "an empty set",
    "check what was taken from the loaded set",
  );
}
