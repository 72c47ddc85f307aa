import { check } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";

/** Throws unless images of this shape have red, green and blue. */
export function checkColourChannels(subject: string, [, , channels]: ImageShape): void {
  check(
    channels === 3,
    subject,
    "images with three channels",
    `${channels} channels`,
    "use it on colour images only",
  );
}
