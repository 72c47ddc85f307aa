import { allocate } from "../bytes/allocate.ts";
import { check, checkInteger, describe } from "../checks.ts";
import { INSPECT } from "../runtime/inspect.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { ImageShape } from "../dataset/image-shape.ts";
import type { Batch, Flow } from "./flow.ts";
import type { FlowRandom } from "./flow-random.ts";

/** Which images make up a batch, and where their pixels go. */
export interface BatchPlan {
  readonly epoch: number;
  /** Number of the batch within the epoch. */
  readonly index: number;
  /** Indices into the image set. */
  readonly images: Int32Array;
  readonly xs: Float32Array;
}

/** Batches over an image set: order and bookkeeping here, the pixels in the subclasses. */
export abstract class SetFlow implements Flow {
  readonly length: number;
  readonly size: number;
  readonly batchSize: number;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly set: ImageSet;
  readonly #random: FlowRandom;
  /** The order of the epoch asked for last: kept, since its batches are mostly asked for in a row. */
  #order: { readonly epoch: number; readonly images: Int32Array } | undefined;

  constructor(set: ImageSet, batchSize: number, random: FlowRandom) {
    this.set = set;
    this.size = set.length;
    this.batchSize = batchSize;
    this.length = Math.ceil(set.length / batchSize);
    this.imageShape = set.imageShape;
    this.classNames = set.classNames;
    this.#random = random;
  }

  /** @internal */
  [INSPECT](): string {
    const { length, batchSize, size, imageShape, classNames } = this;
    return (
      `Flow(${length} batches of ${batchSize}, ${size} of [${imageShape.join(", ")}], ` +
      `${classNames.length} classes)`
    );
  }

  /**
   * Writes the pixels of a batch to `plan.xs`.
   * @returns the labels as probabilities, if the flow has such.
   */
  protected abstract fill(plan: BatchPlan): Float32Array | undefined;

  [Symbol.iterator](): Iterator<Batch> {
    return this.epoch(0)[Symbol.iterator]();
  }

  epoch(epoch: number): Iterable<Batch> {
    checkInteger("Flow.epoch", "epoch", epoch, { min: 0 });
    // Not the generator itself, which could be gone through only once.
    return { [Symbol.iterator]: () => this.#batches(epoch) };
  }

  batch(epoch: number, index: number, into?: Float32Array): Batch {
    checkInteger("Flow.batch", "epoch", epoch, { min: 0 });
    checkInteger("Flow.batch", "index", index, { min: 0, max: this.length - 1 });
    const images = this.#imagesOf(epoch, index);
    const { imageSize, labels } = this.set;
    const values = images.length * imageSize;
    if (into !== undefined) {
      check(
        into instanceof Float32Array && into.length >= values,
        "Flow.batch",
        `a Float32Array of at least ${values} values to write into`,
        describe(into),
        "make it batchSize images long",
      );
    }
    const xs =
      into?.subarray(0, values) ??
      allocate(Float32Array, values, {
        subject: "Flow.batch",
        what: `a batch of ${images.length} images`,
        remedy: "choose a smaller batchSize",
      });
    const targets = this.fill({ epoch, index, images, xs });
    const ys = Int32Array.from(images, (image) => labels[image]);
    return { xs, ys, indices: images.slice(), size: images.length, ...(targets && { targets }) };
  }

  needs(epoch: number, index: number): Int32Array {
    checkInteger("Flow.needs", "epoch", epoch, { min: 0 });
    checkInteger("Flow.needs", "index", index, { min: 0, max: this.length - 1 });
    const images = this.#imagesOf(epoch, index);
    return Int32Array.from([...images, ...this.partners(epoch, images)]);
  }

  /** The images that the images of a batch are mixed with. */
  protected partners(_epoch: number, _images: Int32Array): Iterable<number> {
    return [];
  }

  #imagesOf(epoch: number, index: number): Int32Array {
    const start = index * this.batchSize;
    return this.#orderOf(epoch).subarray(start, start + this.batchSize);
  }

  *#batches(epoch: number): Generator<Batch> {
    for (let index = 0; index < this.length; index++) yield this.batch(epoch, index);
  }

  #orderOf(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      this.#order = { epoch, images: this.#random.drawOrder(epoch) };
    }
    return this.#order.images;
  }
}
