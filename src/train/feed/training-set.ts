/** What a run trains on and is measured on, out of the options that say so. */
import {
  attempt,
  check,
  checkNumber,
  describe,
  isArray,
  isObject,
  readable,
} from "../../checks.ts";
import type { Images } from "../../dataset/check-image-set.ts";
import { ArgumentError } from "../../errors.ts";
import { splitIndices } from "../../dataset/train-validation-split.ts";
import { warnOfMissingClasses, warnOfOtherClasses } from "../../dataset/warn-of-missing-classes.ts";
import type { TrainingSettings } from "../train-options.ts";
import { kindOf, type LabelledImages } from "./feed-of.ts";

/** The data of a run. */
interface TrainingSet {
  readonly train: LabelledImages;
  readonly validation: LabelledImages | undefined;
  /** For each image of `train` what its loss is multiplied by. */
  readonly weights: Float32Array | undefined;
  /** The same for each image of `validation`, if it was cut off from weighted ones. */
  readonly validationWeights: Float32Array | undefined;
}

/** The options that say so. */
type TrainingSetSettings = Pick<
  TrainingSettings,
  "train" | "validation" | "validationSplit" | "seed" | "classWeight" | "sampleWeight"
>;

/** Cuts off the validation images and puts the weights together. */
export function trainingSet(
  subject: string,
  { train, validation, validationSplit, seed, classWeight, sampleWeight }: TrainingSetSettings,
): TrainingSet {
  const [trained, validated] = [kindOf(train)?.source, kindOf(validation)?.source];
  if (trained && validated) warnOfOtherClasses(subject, trained, validated);
  if (validationSplit === 0 && classWeight === undefined && sampleWeight === undefined) {
    return { train, validation, weights: undefined, validationWeights: undefined };
  }
  check(
    trained !== undefined,
    subject,
    "classWeight, sampleWeight and validationSplit with images that are known beforehand",
    "other data beside them",
    "pass an ImageSet; a dataset may have weights of its own, { xs, ys, sampleWeight }",
  );
  const weights =
    classWeight !== undefined || sampleWeight !== undefined
      ? imageWeights(subject, trained, classWeight, sampleWeight)
      : undefined;
  // As in Keras, 0 means none.
  if (validationSplit === 0) return { train, validation, weights, validationWeights: undefined };
  const images = kindOf(train)?.samples;
  check(
    images !== undefined,
    subject,
    "validationSplit with an ImageSet only",
    "a flow, whose batches hold images of both parts",
    "pass the images, with augmentation beside them",
  );
  check(
    validation === undefined,
    subject,
    "validation or validationSplit",
    "both",
    "leave one of them out",
  );
  const count = Math.ceil(validationSplit * images.length);
  check(
    count < images.length,
    subject,
    "images to train on and images to validate on",
    `${images.length - count} and ${count}`,
    "pass more images or another validationSplit",
  );
  // Stratified, as trainValidationSplit does it; the weights go where their images go.
  const indices = splitIndices(images, count, seed);
  const parts = {
    train: images.subset(indices.train),
    validation: images.subset(indices.validation),
  };
  warnOfMissingClasses(subject, images, parts);
  return {
    ...parts,
    weights: weights && Float32Array.from(indices.train, (i) => weights[i]),
    // Classes have no weight where there is nothing to learn.
    validationWeights:
      sampleWeight && Float32Array.from(indices.validation, (i) => sampleWeight[i]),
  };
}

/** The product of both weights for each image. */
function imageWeights(
  subject: string,
  { length, labels, classNames }: Images,
  classWeight: TrainingSetSettings["classWeight"] = {},
  sampleWeight?: TrainingSetSettings["sampleWeight"],
): Float32Array {
  const isPlain = (value: object): boolean =>
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
  check(
    isObject(classWeight) && (isArray(classWeight) || attempt(() => isPlain(classWeight)) === true),
    subject,
    "classWeight to be an object with a weight for each class",
    describe(classWeight),
    "pass { classIndex: weight }; of a Map make one with Object.fromEntries",
  );
  const entries = readable(subject, "classWeight", () => Object.entries(classWeight));
  const perClass: Record<string, number> = Object.fromEntries(entries);
  for (const [label, weight] of Object.entries(perClass)) {
    check(
      /^(0|[1-9]\d*)$/.test(label) && Number(label) < classNames.length,
      subject,
      `classWeight for classes out of 0..${classNames.length - 1}`,
      `one for ${describe(label)}`,
      "pass { classIndex: weight }",
    );
    checkNumber(subject, `classWeight[${label}]`, weight, { min: 0 });
  }
  check(
    sampleWeight === undefined || ArrayBuffer.isView(sampleWeight) || isArray(sampleWeight),
    subject,
    "sampleWeight to be a list of numbers",
    describe(sampleWeight),
    "pass a Float32Array with one weight per image",
  );
  check(
    sampleWeight === undefined || sampleWeight.length === length,
    subject,
    `${length} sample weights, one per image`,
    `${sampleWeight?.length}`,
    "pass one for each image, in the order of the set",
  );
  const weights = Float32Array.from(labels, (label, i) => {
    const weight = sampleWeight === undefined ? 1 : (sampleWeight[i] as unknown);
    if (!(typeof weight === "number" && weight >= 0 && weight < Infinity)) {
      checkNumber(subject, `sampleWeight[${i}]`, weight, { min: 0 });
    }
    const product = weight * (perClass[label] ?? 1);
    // As float32, in which they are multiplied with losses.
    if (Math.fround(product) < Infinity) return product;
    throw new ArgumentError({
      subject,
      expected: "weights of images that float32 can hold, up to 3e38",
      got: `${product} for image ${i}`,
      remedy: "pass smaller ones: their mean should be about 1",
    });
  });
  check(
    length === 0 || weights.some((weight) => weight > 0),
    subject,
    "a weight above 0 for one image at least",
    "0 for all",
    "weigh what is to be learned",
  );
  return weights;
}
