import type { ImageShape } from "../../dataset/image-shape.ts";
import { pixelRange } from "./pixel-range.ts";

/** An augmented image, ready to be written to a file and looked at. */
export interface SavedImage {
  /** `{prefix}_{index}_{number}.png` with a random number below 10,000, as Keras names it. */
  readonly fileName: string;
  /** Pixels 0..255 in NHWC order: the darkest value became 0 and the brightest 255. */
  readonly bytes: Uint8Array;
  /** Height, width and channels of the image. */
  readonly shape: ImageShape;
  /** Index of the image in the set of the flow. */
  readonly index: number;
  /** Its class index. */
  readonly label: number;
  /** The epoch, counted from 0. */
  readonly epoch: number;
}

/** Takes an augmented image, e.g. to write it to a folder; at once: nobody waits for a promise. */
export type SaveFunction = (image: SavedImage) => unknown;

/** Values stretched so that the lowest becomes 0 and the highest 255, cut to whole numbers. */
export function stretchToBytes(values: Float32Array): Uint8Array {
  const { fround } = Math;
  const { low, high } = pixelRange(values, 0, values.length);
  const range = fround(high - low);
  return Uint8Array.from(values, (value) => {
    const offset = fround(value - low);
    return fround((range === 0 ? offset : fround(offset / range)) * 255);
  });
}
