import { allocate } from "../bytes/allocate.ts";
import { describe } from "../checks.ts";
import { like, type Reader, readOptions } from "../options.ts";
import { asBytes } from "../bytes/bytes.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { ArgumentError } from "../errors.ts";
import { randomStream } from "../random/stream.ts";
import { atOnce } from "../runtime/listener.ts";
import type { Flow } from "./flow.ts";
import { KeyedFlowRandom } from "./flow-random.ts";
import type { Augmentation } from "./operations/augmentation.ts";
import type { Mix } from "./mix/mix.ts";
import { type BatchPlan, checkSet, SetFlow } from "./set-flow.ts";
import { type SetFlowOptions, setFlowOptions, type SetFlowSettings } from "./flow-options.ts";

/** Options of {@link imageFlow}. */
export interface ImageFlowOptions extends SetFlowOptions {
  /** What to do to every image; several are put together by `compose`. Default nothing. */
  readonly augmentation?: Augmentation;
  /** Mixes every image with another one; batches then have `targets`. Default none. */
  readonly mix?: Mix;
}

/** Faster than a division and, for all 256 bytes, the same after rounding to float32. */
const UNIT = 1 / 255;

/**
 * A flow of the images, augmented if asked, scaled from 0..255 to [0, 1], and mixed if asked. Image
 * i of epoch e is augmented by numbers from the stream at (seed, "augment", e, i) and mixed by those
 * at (seed, "mix", e, i), so it comes out the same whatever the batch size and the order.
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if the set is empty or an option is not as it should be.
 */
export function imageFlow(set: ImageSet, options: ImageFlowOptions = {}): Flow {
  const subject = "imageFlow";
  const { augmentation, mix, ...settings } = readOptions(subject, options, {
    ...setFlowOptions(),
    augmentation: step<Augmentation>("compose(randomCrop(), alternatingFlip())"),
    mix: step<Mix>("mixup()"),
  });
  checkSet(subject, set);
  return new ImageFlow(set, settings, { augmentation, mix });
}

/** Reads what draws and applies; `undefined` if left out. */
export function step<T extends Augmentation | Mix>(example: string): Reader<T | undefined> {
  return like<T, { optional: true }>(
    (value): value is T => isStep(value),
    "an object with draw and apply",
    `pass e.g. ${example}`,
    { optional: true },
  );
}

/** Whether a value draws and applies. */
export function isStep(value: unknown): value is Augmentation & Mix {
  const part = value as Partial<Augmentation> | null | undefined;
  return typeof part?.draw === "function" && typeof part.apply === "function";
}

/** The flow of a set whose images are augmented and mixed one by one. */
export class ImageFlow extends SetFlow {
  readonly #seed: number;
  readonly #augmentation: Augmentation | undefined;
  readonly #mix: Mix | undefined;

  constructor(
    set: ImageSet,
    settings: SetFlowSettings,
    { augmentation, mix }: Pick<ImageFlowOptions, "augmentation" | "mix">,
  ) {
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

  /** Writes image `index` as it is in this epoch, before mixing. */
  #write(epoch: number, index: number, xs: Float32Array, to: number): void {
    const { images, imageSize } = this.set;
    let bytes = images;
    let from = index * imageSize;
    if (this.#augmentation) {
      bytes = this.#augment(this.#augmentation, epoch, index);
      from = 0;
    }
    for (let k = 0; k < imageSize; k++) xs[to + k] = bytes[from + k] * UNIT;
  }

  #augment(augmentation: Augmentation, epoch: number, index: number): Uint8Array {
    const shape = this.imageShape;
    const rng = randomStream(this.#seed, "augment", epoch, index);
    const parameters = atOnce(
      "augmentation",
      "draw",
      augmentation.draw({ shape, rng, seed: this.#seed, epoch, index }),
    );
    const given: unknown = atOnce(
      "augmentation",
      "apply",
      augmentation.apply(this.set.image(index), shape, parameters),
    );
    const changed = asBytes(given);
    // Messages are made for wrong images only: this runs for every image.
    if (changed?.length === this.set.imageSize) return changed;
    throw new ArgumentError({
      subject: "augmentation.apply",
      expected: `to return a Uint8Array of ${this.set.imageSize} bytes for a ${shape.join(" x ")} image`,
      got: describe(given),
      remedy: "return an image of the same shape",
    });
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
      const rng = randomStream(this.#seed, "mix", epoch, images[i]);
      const other = rng.integer(this.size);
      const parameters = atOnce("mix", "draw", mix.draw(this.imageShape, rng));
      this.#write(epoch, other, partner, 0);
      const image = xs.subarray(i * imageSize, (i + 1) * imageSize);
      const given = mix.apply(image, partner, this.imageShape, parameters);
      atOnce("mix", "apply", given);
      targets[i * classes + labels[images[i]]] += parameters.weight;
      targets[i * classes + labels[other]] += 1 - parameters.weight;
    }
    return targets;
  }
}
