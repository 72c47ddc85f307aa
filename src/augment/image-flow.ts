import { allocate } from "../bytes/allocate.ts";
import { check, checkNumber } from "../checks.ts";
import { readOptions } from "../options.ts";
import { checkImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { Rng } from "../random/rng.ts";
import { randomStream } from "../random/stream.ts";
import { notAPromise } from "../runtime/listener.ts";
import { type Augmenter, augmenter } from "./augmenter.ts";
import { checkedFlow } from "./checked-flow.ts";
import type { Flow } from "./flow.ts";
import { KeyedFlowRandom } from "./flow-random.ts";
import { stepKindOf } from "./made.ts";
import { type Augmentation, applyTo, drawFor } from "./operations/augmentation.ts";
import type { Mix, MixParameters } from "./mix/mix.ts";
import { type BatchPlan, SetFlow } from "./set-flow.ts";
import { type SetFlowOptions, setFlowOptions, type SetFlowSettings } from "./flow-options.ts";

/** Options of {@link imageFlow}. */
export interface ImageFlowOptions extends SetFlowOptions {
  /** What changes the images, as in training; default none: they are scaled from 0..255 to [0, 1] only. */
  readonly augmentation?: Augmenter;
}

/** What is done to each image of a flow. */
interface ImageChanges {
  readonly augmentation?: Augmentation | undefined;
  readonly mix?: Mix | undefined;
}

/** Faster than a division and, for all 256 bytes, the same after rounding to float32. */
const UNIT = 1 / 255;

/**
 * A flow of the images, as the augmenter makes it; without one they come scaled from 0..255 to [0, 1].
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if the set is empty or an option is not as it should be.
 */
export function imageFlow(set: ImageSet, options: ImageFlowOptions = {}): Flow {
  const subject = "imageFlow";
  const { augmentation, ...settings } = readOptions(subject, options, {
    ...setFlowOptions(),
    augmentation: augmenter({ optional: true }),
  });
  checkImageSet(subject, set);
  return augmentation
    ? checkedFlow(subject, augmentation.flow(set, settings))
    : new ImageFlow(set, settings, {});
}

/** The flow of a set whose images are augmented and mixed one by one. */
export class ImageFlow extends SetFlow {
  readonly #seed: number;
  readonly #augmentation: Augmentation | undefined;
  readonly #mix: Mix | undefined;

  constructor(set: ImageSet, settings: SetFlowSettings, { augmentation, mix }: ImageChanges) {
    super(set, settings.batchSize, new KeyedFlowRandom(set.length, settings));
    this.#seed = settings.seed;
    this.#augmentation = augmentation;
    this.#mix = mix;
  }

  protected override fill({ epoch, images, xs }: BatchPlan): Float32Array | undefined {
    const { imageSize } = this.set;
    for (let i = 0; i < images.length; i++) this.#write(epoch, images[i], xs, i * imageSize);
    return this.#mix && this.#mixBatch(this.#mix, epoch, images, xs);
  }

  protected override partners(epoch: number, images: Int32Array): Iterable<number> {
    return this.#mix ? Array.from(images, (image) => this.#partner(epoch, image).other) : [];
  }

  /** Which image another one is mixed with, and where the numbers for their mixing come from. */
  #partner(epoch: number, image: number): { readonly rng: Rng; readonly other: number } {
    const rng = randomStream(this.#seed, "mix", epoch, image);
    return { other: rng.integer(this.size), rng };
  }

  /** Writes image `index` as it is in this epoch, before mixing. */
  #write(epoch: number, index: number, xs: Float32Array, to: number): void {
    const bytes = this.#augmentation
      ? this.#augment(this.#augmentation, epoch, index)
      : this.set.image(index);
    for (let k = 0; k < bytes.length; k++) xs[to + k] = bytes[k] * UNIT;
  }

  #augment(augmentation: Augmentation, epoch: number, index: number): Uint8Array {
    const shape = this.imageShape;
    const rng = randomStream(this.#seed, "augment", epoch, index);
    const parameters = drawFor(augmentation, { shape, rng, seed: this.#seed, epoch, index });
    return applyTo(augmentation, this.set.image(index), shape, parameters);
  }

  #mixBatch(mix: Mix, epoch: number, images: Int32Array, xs: Float32Array): Float32Array {
    const { imageSize, labels } = this.set;
    const classes = this.classNames.length;
    const targets = allocate(Float32Array, images.length * classes, {
      subject: "Flow.batch",
      what: `the labels of a batch of ${images.length} images`,
      remedy: "choose a smaller batchSize",
    });
    const partner = new Float32Array(imageSize);
    for (let i = 0; i < images.length; i++) {
      const { rng, other } = this.#partner(epoch, images[i]);
      const parameters = notAPromise("mix", "draw", mix.draw(this.imageShape, rng));
      const { weight } = (parameters ?? {}) as Partial<MixParameters>;
      checkNumber("mix.draw", "weight", weight, { min: 0, max: 1 });
      this.#write(epoch, other, partner, 0);
      const image = xs.subarray(i * imageSize, (i + 1) * imageSize);
      const given = mix.apply(image, partner, this.imageShape, parameters);
      notAPromise("mix", "apply", given);
      check(
        stepKindOf(mix) !== undefined || image.every(Number.isFinite),
        "mix.apply",
        "finite pixels in the mixed image",
        "NaN or infinity",
        "look for a division by 0 in it",
      );
      targets[i * classes + labels[images[i]]] += weight;
      targets[i * classes + labels[other]] += 1 - weight;
    }
    return targets;
  }
}
