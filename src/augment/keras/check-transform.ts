import { check } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { boolean, number, readOptions } from "../../options.ts";
import type { Transform } from "./transform.ts";

/** Reads the parameters of a transform: known ones only, and finite; those left out change nothing. */
export function readTransform(subject: string, transform: Partial<Transform>): Transform {
  const nothing = number({ default: 0 });
  const once = number({ default: 1 });
  const unchanged = number({ optional: true });
  const no = boolean({ default: false });
  return readOptions(subject, transform, {
    theta: nothing,
    tx: nothing,
    ty: nothing,
    shear: nothing,
    zx: once,
    zy: once,
    channelShiftIntensity: unchanged,
    flipHorizontal: no,
    flipVertical: no,
    brightness: unchanged,
  });
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
