/** Readers of the options that several metrics have. */
import { check, checkEach, describe, isListOf, isText, isWithin } from "../checks.ts";
import { oneOf, reader, type Reader } from "../options.ts";
import { listed } from "../text/listed.ts";
import { checkLabels, checkNumbers, type Labels, type SampleWeight } from "./labels.ts";
import { pairwiseSum } from "./sum.ts";

/** The same weight for each sample. */
export const equalWeights = (samples: number): SampleWeight => new Uint8Array(samples).fill(1);

/** Weights that fit the samples: finite, none below 0, not all of them 0; all equal if left out. */
export function sampleWeights(
  samples: number,
  absent = equalWeights(samples),
): Reader<SampleWeight> {
  return reader({ default: absent }, (weights, subject, name) => {
    checkNumbers(subject, name, weights, "numbers", "pass one weight per sample");
    check(
      weights.length === samples,
      subject,
      `${name} to hold one weight for each of the ${samples} samples`,
      weights.length,
      "pass as many weights as samples",
    );
    const isWeight = isWithin(0, Number.MAX_VALUE);
    const remedy = "correct the weight; 0 leaves a sample out";
    checkEach(subject, name, weights, isWeight, "finite numbers of at least 0", remedy);
    const isAny = pairwiseSum(weights) > 0;
    check(isAny, subject, "some weight above 0", "only zeros", "leave sampleWeight out");
    return weights;
  });
}

/** Labels to report on, each once. */
export function labelList(): Reader<Labels | undefined> {
  return reader({ optional: true }, (labels, subject, name) => {
    checkLabels(subject, name, labels);
    check(labels.length > 0, subject, `${name} to name at least one label`, "none", "leave it out");
    const seen = new Set<unknown>();
    const isNew = (label: unknown): boolean => !seen.has(label) && seen.add(label).has(label);
    checkEach(subject, name, labels, isNew, "each label once", "remove the repetition");
    return labels;
  });
}

/** What 0/0 gives. */
export const zeroDivision = (): Reader<number> => oneOf([0, 1, NaN], { default: 0 });

/** A name for each of the labels; if left out, what the class is known as, or else its number. */
export function namesOf(
  labels: readonly number[],
  known: readonly string[] | undefined,
  remedy = "pass one name per class",
): Reader<readonly string[]> {
  const own = labels.map((label) => String(known?.[label] ?? label));
  return reader({ default: own }, (names, subject, name) => {
    const areTexts = isListOf(names, isText);
    check(
      areTexts && names.length === labels.length,
      subject,
      `${name} to name the ${labels.length} labels ${listed(labels.map(String), 10)}`,
      areTexts ? `${names.length} names` : describe(names),
      remedy,
    );
    return names;
  });
}
