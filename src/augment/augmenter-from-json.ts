import { isListOf, isObject } from "../checks.ts";
import { anything, like, oneOf, readOptions } from "../options.ts";
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
  alternatingFlip,
  colorJitter,
  cutmix,
  cutout,
  mixup,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomFlip,
  trivialAugment,
};

/**
 * The augmenter whose `toJSON` gave this.
 * @throws {ArgumentError} if it is none that the library makes, or an option is not as it should be.
 */
export function augmenterFromJSON(json: AugmenterJSON): Augmenter {
  const { kind, parts, mix } = read(json, ["ImageDataGenerator", "pipeline"]);
  if (kind === "ImageDataGenerator") return ImageDataGenerator.fromJSON(json);
  return pipeline(...(parts.map(stepFrom) as Augmentation[]), {
    ...(mix && { mix: stepFrom(mix) as Mix }),
  });
}

function stepFrom(json: AugmenterJSON): Augmentation | Mix {
  const { kind, options, parts } = read(json, ["compose", ...Object.keys(STEPS)]);
  if (kind === "compose") return compose(...(parts.map(stepFrom) as Augmentation[]));
  return STEPS[kind](options as never);
}

/** What may come from a file or a message, settled. */
function read(json: AugmenterJSON, kinds: readonly string[]) {
  return readOptions("augmenterFromJSON", json, {
    kind: oneOf(kinds),
    options: like(isRecord, "an object", "pass what toJSON gave", { default: {} }),
    parts: like(isList, "a list", "pass what toJSON gave", { default: [] }),
    mix: anything<AugmenterJSON | undefined>(),
    statistics: anything<AugmenterJSON["statistics"]>(),
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => isObject(value);
const isList = (value: unknown): value is readonly AugmenterJSON[] => isListOf(value, isObject);
