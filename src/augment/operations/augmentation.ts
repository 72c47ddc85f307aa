import { type Describable, describedBy } from "../augmenter.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import type { Rng } from "../../random/rng.ts";

/** What a draw may depend on. */
export interface DrawContext {
  /** Height, width and channels of the image. */
  readonly shape: ImageShape;
  /** The stream of this image in this epoch. */
  readonly rng: Rng;
  /** The flow's seed. */
  readonly seed: number;
  /** The epoch, counted from 0. */
  readonly epoch: number;
  /** Index of the image in its set. */
  readonly index: number;
}

/**
 * A random change of images, taken apart into drawing and applying. Images are bytes 0..255 in NHWC
 * order.
 * @typeParam P what fixes one application: plain data.
 */
export interface Augmentation<P = unknown> extends Describable {
  /** Draws the parameters for one image. */
  draw(context: DrawContext): P;
  /**
   * Applies parameters: a pure function.
   * @returns the changed image; the image itself if nothing changes. Never writes to it.
   */
  apply(image: Uint8Array, shape: ImageShape, parameters: P): Uint8Array;
}

/**
 * One augmentation after another, as a single one.
 * @param augmentations in the order in which they are applied.
 */
export function compose(
  ...augmentations: readonly Augmentation[]
): Augmentation<readonly unknown[]> {
  return {
    draw: (context) => augmentations.map((augmentation) => augmentation.draw(context)),
    apply: (image, shape, parameters) =>
      augmentations.reduce(
        (current, augmentation, i) => augmentation.apply(current, shape, parameters[i]),
        image,
      ),
    toJSON: () => ({
      kind: "compose",
      parts: augmentations.map((part, i) => describedBy(`augmentation ${i + 1}`, part)),
    }),
  };
}
