import { hasMethods, isArray, isObject } from "../checks.ts";
import { checkImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { INSPECT, type Show } from "../runtime/inspect.ts";
import { type Augmenter, type AugmenterJSON, describedBy, isAugmenter } from "./augmenter.ts";
import { like, readOptions } from "../options.ts";
import type { Flow } from "./flow.ts";
import { ImageFlow } from "./image-flow.ts";
import { isStep, textOf } from "./made.ts";
import type { Mix } from "./mix/mix.ts";
import { type Augmentation, checkAugmentations, compose } from "./operations/augmentation.ts";
import { type SetFlowOptions, setFlowOptions } from "./flow-options.ts";

/** Options of {@link pipeline}. */
export interface PipelineOptions {
  /** Mixes every image with another one; the labels become rows of probabilities. Default none. */
  readonly mix?: Mix;
}

/**
 * Augmentations one after another, as what training takes.
 *
 *     const augmentation = pipeline(randomCrop({ padding: 4 }), alternatingFlip(), { mix: cutmix() });
 *     await trainPhase(model, { train, epochs: 10, augmentation });
 *
 * Image i of epoch e is augmented by numbers from the stream at (seed, "augment", e, i) and mixed by
 * those at (seed, "mix", e, i), so it comes out the same whatever the batch size and the order.
 * @param parts augmentations in the order in which they are applied; the last one may be options.
 * @throws {ArgumentError} if a part is neither.
 */
export function pipeline(...parts: readonly (Augmentation | PipelineOptions)[]): Pipeline {
  const last = parts.at(-1);
  const hasOptions =
    isObject(last) && !isArray(last) && !hasMethods(last, "draw") && !isAugmenter(last);
  const augmentations = hasOptions ? parts.slice(0, -1) : parts;
  checkAugmentations("pipeline", augmentations);
  const options = (hasOptions ? last : {}) as PipelineOptions;
  const { mix } = readOptions("pipeline", options, {
    mix: like<Mix, { optional: true }>(
      (value): value is Mix => isStep("mix", value),
      "what mixes two images, with draw and apply",
      "pass e.g. mixup()",
      { optional: true },
    ),
  });
  return new Pipeline(augmentations as readonly Augmentation[], mix);
}

/** What {@link pipeline} gives. */
export class Pipeline implements Augmenter {
  readonly #augmentation: Augmentation | undefined;
  readonly #mix: Mix | undefined;

  /** @internal */
  constructor(augmentations: readonly Augmentation[], mix: Mix | undefined) {
    this.#augmentation = augmentations.length > 0 ? compose(...augmentations) : undefined;
    this.#mix = mix;
  }

  /**
   * Batches of the images, augmented, scaled from 0..255 to [0, 1], and mixed if asked.
   * @throws {ArgumentError} if the set is empty or an option is not as it should be.
   */
  flow(set: ImageSet, options: SetFlowOptions = {}): Flow {
    const settings = readOptions("pipeline.flow", options, setFlowOptions());
    checkImageSet("pipeline.flow", set);
    return new ImageFlow(set, settings, { augmentation: this.#augmentation, mix: this.#mix });
  }

  /** @internal */
  [INSPECT](_: number, options: object, show: Show): string {
    return textOf(this, options, show);
  }

  /** @throws {ArgumentError} if an augmentation is a user's own without a `toJSON`. */
  toJSON(): AugmenterJSON {
    const mix = this.#mix && describedBy("mix", this.#mix);
    const { parts = [] } = this.#augmentation?.toJSON!() ?? {};
    return { kind: "pipeline", parts, ...(mix && { mix }) };
  }
}
