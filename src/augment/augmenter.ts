import type { ImageSet } from "../dataset/image-set.ts";
import { hasMethods } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import { like, type Reader } from "../options.ts";
import type { Flow } from "./flow.ts";
import type { SetFlowOptions } from "./flow-options.ts";

/** An augmenter, or a part of one, as plain JSON: what it is, and the options that make it. */
export interface AugmenterJSON {
  /** The name of the class or function that makes it, e.g. `"randomCrop"`. */
  readonly kind: string;
  /** What that takes. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Of a pipeline: its augmentations, in order. */
  readonly parts?: readonly AugmenterJSON[];
  /** Of a pipeline: what mixes its images. */
  readonly mix?: AugmenterJSON;
  /** Of an `ImageDataGenerator`: what `fit` has learned, float32 in base64. */
  readonly statistics?: Readonly<Record<string, string>>;
}

/** What can be given as such JSON. */
export interface Describable {
  /** @throws {ArgumentError} if a part of it is a function, which JSON cannot hold. */
  toJSON?(): AugmenterJSON;
}

/**
 * What changes images at random on their way into training: `ImageDataGenerator`, or what `pipeline`
 * gives, or an object of your own.
 */
export interface Augmenter extends Describable {
  /**
   * Batches of changed images, as many as the set has; the same options give the same batches, however often and in whatever
   * order they are asked for.
   * @param set what to take the images from; not modified.
   */
  flow(set: ImageSet, options?: SetFlowOptions): Flow;
  /**
   * One image as the model should see it where nothing is left to chance, such as one to classify:
   * standardised as in training, not transformed. Default: its bytes scaled to [0, 1].
   */
  standardize?(image: Float32Array, shape: ImageSet["imageShape"]): Float32Array;
}

/** Reads an {@link Augmenter}. */
export function augmenter<const A extends { readonly optional?: true }>(
  absence: A = {} as A,
): Reader<A extends { readonly optional: true } ? Augmenter | undefined : Augmenter> {
  return like<Augmenter, A>(
    isAugmenter,
    "an augmenter, with a method flow",
    "pass new ImageDataGenerator({ ... }) or pipeline(randomCrop(), alternatingFlip())",
    absence,
  );
}

/** Whether a value is an {@link Augmenter}. */
export function isAugmenter(value: unknown): value is Augmenter {
  return hasMethods(value, "flow");
}

/**
 * A part of an augmenter as JSON.
 * @param name of the part, for the error.
 * @throws {ArgumentError} if it cannot say what it is.
 */
export function describedBy(name: string, part: Describable): AugmenterJSON {
  if (typeof part.toJSON === "function") return part.toJSON();
  throw new ArgumentError({
    subject: "augmentation",
    expected: `${name} to be plain data, so that a message or a file can hold it`,
    got: "functions without a toJSON beside them",
    remedy: "in a Worker pass this augmentation to serveTrainer({ augmentation })",
  });
}
