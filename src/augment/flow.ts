import { hasMethods } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { ImageShape } from "../dataset/image-shape.ts";

/** Samples on their way to the model. */
export interface Batch {
  /** Pixels float32 in NHWC order, `size * height * width * channels` of them. */
  readonly xs: Float32Array;
  /** Class indices, `size` of them. */
  readonly ys: Int32Array;
  /**
   * The labels as probabilities, float32 `[size, number of classes]`: only from flows that mix
   * images, where a sample belongs to two classes; `ys` then has the class of the image itself.
   */
  readonly targets?: Float32Array;
  /** For each sample the index of its image in the set that the flow was made of. */
  readonly indices: Int32Array;
  /** Number of samples; below the flow's batch size only in the last batch of an epoch. */
  readonly size: number;
}

/**
 * An endless supply of epochs of batches. Every epoch is a pure function of (seed, epoch): the same
 * numbers come out whenever and however often, and in whatever order, they are asked for. The last
 * batch of an epoch is short if the batch size does not divide the number of images.
 */
export interface Flow extends Iterable<Batch> {
  /** Batches in an epoch: ceil(size / batchSize). */
  readonly length: number;
  /** Images in an epoch. */
  readonly size: number;
  /** Most samples in a batch. */
  readonly batchSize: number;
  /** Height, width and channels of the images. */
  readonly imageShape: ImageShape;
  /** The set's class names, in label order. */
  readonly classNames: readonly string[];
  /** The set that it was made of; a flow of another kind may have none. */
  readonly set?: ImageSet;
  /** All batches of epoch `epoch` (from 0) in their order. */
  epoch(epoch: number): Iterable<Batch>;
  /**
   * Batch `index` (0 to length - 1) of epoch `epoch` alone: where a resumed run goes on.
   * @param into memory for the pixels, at least `batchSize` images long, which then belongs to the
   * returned batch; without it every batch has its own.
   */
  batch(epoch: number, index: number, into?: Float32Array): Batch;
  /**
   * Which images of the set batch `index` of epoch `epoch` is made of, mixed ones included; it reads them
   * by `set.image` alone. Flows without it cannot be made of an image stream.
   */
  needs?(epoch: number, index: number): Int32Array;
  /** The batches of epoch 0. */
  [Symbol.iterator](): Iterator<Batch>;
}

/** Whether a value is a {@link Flow}. */
export function isFlow(value: unknown): value is Flow {
  return hasMethods(value, "batch", "epoch");
}
