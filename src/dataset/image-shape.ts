import { check, describe, isListOf } from "../checks.ts";

/** Height, width and channels of one image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

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

const isSize = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0;
