import { checkOneOf } from "../checks.ts";
import type { Augmenter, AugmenterJSON } from "./augmenter.ts";
import { ImageDataGenerator } from "./keras/image-data-generator.ts";
import { cutmix } from "./mix/cutmix.ts";
import type { Mix } from "./mix/mix.ts";
import { mixup } from "./mix/mixup.ts";
import { type Augmentation, compose } from "./operations/augmentation.ts";
import { colorJitter } from "./operations/color-jitter.ts";
import { cutout } from "./operations/cutout.ts";
import { alternatingFlip, randomFlip } from "./operations/flip.ts";
import { randAugment } from "./operations/rand-augment.ts";
import { randomAffine } from "./operations/random-affine.ts";
import { randomCrop } from "./operations/random-crop.ts";
import { randomErasing } from "./operations/random-erasing.ts";
import { trivialAugment } from "./operations/trivial-augment.ts";
import { pipeline } from "./pipeline.ts";

/** What makes each kind of step out of its options. */
const STEPS: Readonly<Record<string, (options: never) => Augmentation | Mix>> = {
  ...{ alternatingFlip, colorJitter, cutout, randAugment, randomAffine, randomCrop },
  ...{ randomErasing, randomFlip, trivialAugment, mixup, cutmix },
};

/**
 * The augmenter whose `toJSON` gave this.
 * @throws {ArgumentError} if it is none that the library makes, or an option is not as it should be.
 */
export function augmenterFromJSON(json: AugmenterJSON): Augmenter {
  const { kind, parts = [], mix } = json;
  checkOneOf("augmenterFromJSON", "kind", kind, ["ImageDataGenerator", "pipeline"]);
  if (kind === "ImageDataGenerator") return ImageDataGenerator.fromJSON(json);
  return pipeline(...(parts.map(stepFrom) as Augmentation[]), {
    ...(mix && { mix: stepFrom(mix) as Mix }),
  });
}

function stepFrom({ kind, options = {}, parts = [] }: AugmenterJSON): Augmentation | Mix {
  if (kind === "compose") return compose(...(parts.map(stepFrom) as Augmentation[]));
  checkOneOf("augmenterFromJSON", "kind", kind, Object.keys(STEPS));
  return STEPS[kind](options as never);
}
