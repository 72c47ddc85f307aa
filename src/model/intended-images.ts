import { check, describe, isArray, isListOf, isObject, isText } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { type ImageShape, imageShape } from "../dataset/image-shape.ts";
import { integer, like, type Settled, texts } from "../options.ts";

/** What says which images a model is for; each may be left out. */
export interface IntendedImagesOptions {
  /** Height, width and channels of the images; default `[32, 32, 3]`. */
  readonly inputShape?: ImageShape;
  /** Number of classes, at least 2; default 10. */
  readonly numClasses?: number;
  /** The name of each class, for {@link classNamesOf}; default none. */
  readonly classNames?: readonly string[];
}

/** Images as far as a model needs to know them: an image set, or a stream of images. */
type Images = Pick<ImageSet, "imageShape" | "classNames">;

/** The reader of images that a model is for. */
export const forImages = () =>
  like(isForImages, "an ImageSet", "pass e.g. a part of loadCifar10()", { optional: true });

/** The readers of {@link IntendedImagesOptions}. */
export const intendedImages = () => ({
  inputShape: imageShape({ optional: true }),
  numClasses: integer({ min: 2, optional: true }),
  classNames: texts("class names", '["cat", "dog"]', { optional: true }),
});

/**
 * Shape and classes of the images, from the images themselves or from what is said of them.
 * @throws {ArgumentError} if the two do not agree, or there are no two classes of different names.
 */
export function settleImages(
  subject: string,
  settings: Settled<ReturnType<typeof intendedImages>>,
  images: Images | undefined,
): { inputShape: ImageShape; numClasses: number; classNames: readonly string[] | undefined } {
  const agreed = <T>(name: string, given: T | undefined, told: T | undefined): T | undefined => {
    const agree =
      given === undefined || told === undefined || JSON.stringify(given) === JSON.stringify(told);
    const expected = `${name} as other options have it, ${describe(told)}`;
    check(agree, subject, expected, describe(given), `leave ${name} out, or correct it`);
    return given ?? told;
  };
  const classNames = agreed("classNames", settings.classNames, images?.classNames);
  check(
    new Set(classNames).size === (classNames?.length ?? 0),
    subject,
    "classNames that differ from each other",
    describe(classNames),
    "give each class a name of its own",
  );
  const numClasses = agreed("numClasses", settings.numClasses, classNames?.length) ?? 10;
  const inputShape = agreed("inputShape", settings.inputShape, images?.imageShape) ?? [32, 32, 3];
  check(
    numClasses >= 2,
    subject,
    "at least two classes",
    describe(classNames),
    "have images and classNames of another class, too",
  );
  return { inputShape, numClasses, classNames };
}

function isForImages(value: unknown): value is Images {
  const { imageShape, classNames } = (isObject(value) ? value : {}) as Partial<ImageSet>;
  return isArray(imageShape) && isListOf(classNames, isText);
}
