import { check, checkNumber, checkOptions } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import type { Transform } from "./transform.ts";

const NUMBERS = [
  "theta",
  "tx",
  "ty",
  "shear",
  "zx",
  "zy",
  "channelShiftIntensity",
  "brightness",
] as const satisfies readonly (keyof Transform)[];

/** Throws unless `transform` has known parameters only, and finite ones. */
export function checkTransform(subject: string, transform: Partial<Transform>): void {
  checkOptions(subject, transform, [...NUMBERS, "flipHorizontal", "flipVertical"]);
  for (const name of NUMBERS) {
    if (transform[name] !== undefined) checkNumber(subject, name, transform[name]);
  }
}

/**
 * Throws unless the brightness of such an image can be changed. That cuts to whole numbers: of an
 * image scaled to [0, 1] hardly anything would be left.
 */
export function checkBrightness(subject: string, image: Float32Array, shape: ImageShape): void {
  checkBrightnessChannels(subject, shape);
  const unitRange = image.every((value) => value >= 0 && value <= 1);
  check(
    !unitRange || image.every((value) => Number.isInteger(value)),
    subject,
    "pixels in 0..255 for a change of brightness",
    "pixels in [0, 1]",
    "multiply them by 255 first",
  );
}

/** Throws unless images of this shape are grey, colour, or colour with alpha. */
export function checkBrightnessChannels(subject: string, [, , channels]: ImageShape): void {
  check(
    channels === 1 || channels === 3 || channels === 4,
    subject,
    "images with 1, 3 or 4 channels for a change of brightness",
    `${channels} channels`,
    "leave brightness out",
  );
}
