import { check } from "../checks.ts";
import { NumpyRng } from "../random/numpy.ts";
import { permutation } from "../random/permutation.ts";
import type { Rng } from "../random/rng.ts";
import { randomStream } from "../random/stream.ts";
import type { SetFlowSettings } from "./flow-options.ts";

/** Where a flow takes its random numbers from. */
export interface FlowRandom {
  /** The indices of the images in the order in which epoch `epoch` visits them. */
  drawOrder(epoch: number): Int32Array;
  /** The numbers for batch `index` of epoch `epoch`. */
  openBatch(epoch: number, index: number): BatchRandom;
}

/** Random numbers for one batch; to be asked for image by image in the order of the batch. */
export interface BatchRandom {
  /** For the transform of an image. */
  transformRng(image: number): Rng;
  /** For the file name of an image that is saved; after the transforms of the whole batch. */
  nameRng(image: number): Rng;
}

/** The order of the images as they stand in the set. */
function inOrder(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => i);
}

/**
 * Streams keyed by what they are for: the order by (seed, "shuffle", epoch), a transform by
 * (seed, "augment", epoch, image). An image becomes the same in whatever batch it comes.
 */
export class KeyedFlowRandom implements FlowRandom {
  readonly #size: number;
  readonly #shuffle: boolean;
  readonly #seed: number;

  constructor(size: number, { shuffle, seed }: SetFlowSettings) {
    this.#size = size;
    this.#shuffle = shuffle;
    this.#seed = seed;
  }

  drawOrder(epoch: number): Int32Array {
    return this.#shuffle
      ? permutation(this.#size, randomStream(this.#seed, "shuffle", epoch))
      : inOrder(this.#size);
  }

  openBatch(epoch: number): BatchRandom {
    return {
      transformRng: (image) => randomStream(this.#seed, "augment", epoch, image),
      nameRng: (image) => randomStream(this.#seed, "save", epoch, image),
    };
  }
}

/**
 * NumPy's numbers in the order in which Keras's flow draws them when it is iterated over: every
 * batch seeds the generator with the seed plus the number of batches before it, the first batch of
 * an epoch draws the order, then every image of the batch its transform. (Inside `model.fit` Keras
 * asks for batches by number, prefetches, and shuffles them again: nobody can follow that.)
 */
export class NumpyFlowRandom implements FlowRandom {
  readonly #size: number;
  readonly #batches: number;
  readonly #shuffle: boolean;
  readonly #seed: number;

  constructor(size: number, { batchSize, shuffle, seed }: SetFlowSettings) {
    checkNumpySeed("ImageDataGenerator.flow", seed);
    this.#size = size;
    this.#batches = Math.ceil(size / batchSize);
    this.#shuffle = shuffle;
    this.#seed = seed;
  }

  drawOrder(epoch: number): Int32Array {
    return this.#shuffle ? permutation(this.#size, this.#seeded(epoch, 0)) : inOrder(this.#size);
  }

  openBatch(epoch: number, index: number): BatchRandom {
    const rng = this.#seeded(epoch, index);
    // The numbers that the order took are gone before the first transform.
    if (index === 0 && this.#shuffle) permutation(this.#size, rng);
    return { transformRng: () => rng, nameRng: () => rng };
  }

  #seeded(epoch: number, index: number): NumpyRng {
    return new NumpyRng(this.#seed + epoch * this.#batches + index);
  }
}

/** Throws unless NumPy would take the seed. */
export function checkNumpySeed(subject: string, seed: number): void {
  check(
    seed >= 0 && seed < 2 ** 32,
    subject,
    'a seed in [0, 2^32) with randomStream: "numpy"',
    seed,
    "pass a seed that NumPy takes",
  );
}
