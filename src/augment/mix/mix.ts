import type { Describable } from "../augmenter.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import type { Rng } from "../../random/rng.ts";

/** What fixes one mixture: at least how much of the image itself is in it, in [0, 1]. */
export interface MixParameters {
  /** Share of the image itself in the label, in [0, 1]. */
  readonly weight: number;
}

/**
 * A random mixture of two images and their labels, taken apart into drawing and applying. In a flow
 * the partner is drawn from the whole set and comes with the augmentation of its own; the label
 * becomes `weight` of the image's and the rest of the partner's.
 */
export interface Mix<P extends MixParameters = MixParameters> extends Describable {
  /** Draws the parameters for one image of this shape. */
  draw(shape: ImageShape, rng: Rng): P;
  /**
   * Mixes `partner` into `image`, in place.
   * @param image float32 in [0, 1].
   * @param partner likewise; not modified.
   */
  apply(image: Float32Array, partner: Float32Array, shape: ImageShape, parameters: P): unknown;
}
