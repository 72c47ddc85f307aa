import { attempt, check, describe } from "../checks.ts";
import { brandOf } from "../brand.ts";
import type { ImageSet } from "./image-set.ts";

/** Whether a value is an image set, of whichever copy of the package; needs no class to tell. */
export function isImageSet(value: unknown): value is ImageSet {
  return attempt(() => brandOf(Object(value) as object)) === "ImageSet";
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
  check(
    set.length > 0,
    subject,
    "at least one image",
    "an empty set",
    "check what was taken from the loaded set",
  );
}
