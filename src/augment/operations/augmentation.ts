import { asBytes } from "../../bytes/bytes.ts";
import { check, describe, isArray } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { notAPromise } from "../../runtime/listener.ts";
import { type Describable, describedBy } from "../augmenter.ts";
import { isStep, stepKindOf, made } from "../made.ts";
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
   * @param image which one of your own may write to: it gets a copy.
   * @returns the changed image; the image itself if nothing changes.
   */
  apply(image: Uint8Array, shape: ImageShape, parameters: P): Uint8Array;
}

/**
 * One augmentation after another, as a single one.
 * @param augmentations in the order in which they are applied.
 * @throws {ArgumentError} if one of them is none.
 */
export function compose(
  ...augmentations: readonly Augmentation[]
): Augmentation<readonly unknown[]> {
  checkAugmentations("compose", augmentations);
  return made("augmentation", {
    draw: (context) => augmentations.map((augmentation) => drawFor(augmentation, context)),
    apply: (image, shape, parameters) =>
      augmentations.reduce(
        (current, augmentation, i) => applyTo(augmentation, current, shape, parameters[i]),
        image,
      ),
    toJSON: () => ({
      kind: "compose",
      parts: augmentations.map((part, i) => describedBy(`augmentation ${i + 1}`, part)),
    }),
  });
}

/** Throws unless all of these are augmentations. */
export function checkAugmentations(subject: string, parts: readonly unknown[]): void {
  const stray = parts.findIndex((part) => !isStep("augmentation", part));
  check(
    !isArray(parts[stray]),
    subject,
    "one augmentation after another",
    "a list of them",
    `pass ${subject}(...list)`,
  );
  check(
    stray === -1,
    subject,
    `augmentation ${stray + 1} to be one, with draw and apply`,
    stepKindOf(parts[stray]) === "mix" ? "what mixes two images" : describe(parts[stray]),
    "pass e.g. randomCrop(), alternatingFlip(), and to pipeline { mix: mixup() } last",
  );
}

/** Draws for one image. */
export function drawFor<P>(augmentation: Augmentation<P>, context: DrawContext): P {
  return notAPromise("augmentation", "draw", augmentation.draw(context));
}

/**
 * Applies an augmentation. One of the user's own gets a copy of the bytes, which may be those of the
 * set, and what it gives is checked.
 */
export function applyTo<P>(
  augmentation: Augmentation<P>,
  image: Uint8Array,
  shape: ImageShape,
  parameters: P,
): Uint8Array {
  if (stepKindOf(augmentation)) return augmentation.apply(image, shape, parameters);
  const copy = new Uint8Array(image);
  const given: unknown = augmentation.apply(copy, shape, parameters);
  const changed = asBytes(notAPromise("augmentation", "apply", given));
  // Messages are made for wrong images only: this runs for every image.
  if (changed?.length === image.length) return changed;
  throw new ArgumentError({
    subject: "augmentation.apply",
    expected: `to return a Uint8Array of ${image.length} bytes for a ${shape.join(" x ")} image`,
    got: describe(given),
    remedy: "return an image of the same shape",
  });
}
