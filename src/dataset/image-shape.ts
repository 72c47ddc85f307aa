import { check, checkInteger, checkOneOf, describe, isArray, isListOf } from "../checks.ts";
import { reader } from "../options.ts";

/** Height, width and channels of one image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** The longest side of a picture at its new size, which is an image for a model. */
const MAX_SIDE = 2 ** 16;

const isSize = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0;

/**
 * Throws unless `shape` is height, width and channels, whole numbers above 0.
 * @param name of the argument, for the message.
 */
export function checkImageShape(
  subject: string,
  shape: unknown,
  name = "imageShape",
): asserts shape is ImageShape {
  check(
    isListOf(shape, isSize) && shape.length === 3,
    subject,
    `${name} to be [height, width, channels], whole numbers above 0`,
    describe(shape),
    "pass e.g. [32, 32, 3]",
  );
}

/** The shape of images. */
export const imageShape = <const A extends { readonly optional?: true }>(absence: A = {} as A) =>
  reader(absence, (shape, subject, name): ImageShape => {
    checkImageShape(subject, shape, name);
    return [shape[0], shape[1], shape[2]];
  });

/** The shape of an image that is made of a picture: grey or in colours. */
export const pictureShape = <const A extends { readonly optional?: true }>(absence: A = {} as A) =>
  reader(absence, (shape, subject, name): ImageShape => {
    check(
      isArray(shape) && shape.length === 3,
      subject,
      `${name} to be [height, width, channels]`,
      describe(shape),
      "pass e.g. [32, 32, 3]",
    );
    const [height, width, channels] = shape;
    checkInteger(subject, `${name}[0]`, height, { min: 1, max: MAX_SIDE });
    checkInteger(subject, `${name}[1]`, width, { min: 1, max: MAX_SIDE });
    checkOneOf(subject, `${name}[2]`, channels, [1, 3]);
    return [height, width, channels];
  });
