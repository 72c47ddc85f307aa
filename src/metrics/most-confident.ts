import { check, describe, isListOf, isText } from "../checks.ts";
import { boolean, integer, readOptions } from "../options.ts";
import { readEvaluation, type EvaluationLike } from "./evaluation.ts";
import type { Labels } from "./labels.ts";

/** Options of {@link mostConfident}. */
export interface MostConfidentOptions {
  /** `true` (default): mistakes; `false`: right predictions. */
  readonly wrong?: boolean;
  /** How many, at least 1; default 10. If there are fewer, all are given. */
  readonly count?: number;
}

/** The labels of a set of images, and where these came from: an `ImageSet` is one. */
export interface LabelledSet {
  /** The true label of each image. */
  readonly labels: Labels;
  /** The file of each image, if they came from files. */
  readonly paths?: readonly string[] | undefined;
}

/** Predictions, the surest first: an element of every list for each. `plotPredictions` draws them. */
export interface ConfidentPredictions {
  /** Which images of the set. */
  readonly indices: readonly number[];
  /** Their files, if the set knows them. */
  readonly paths: readonly string[] | undefined;
  /** Their true labels. */
  readonly labels: readonly number[];
  /** Their predicted labels. */
  readonly yPred: readonly number[];
  /** The probabilities of the predicted labels, falling. */
  readonly probabilities: readonly number[];
  /** The names of the classes, if the evaluation knows them. */
  readonly classNames: readonly string[] | undefined;
}

/**
 * The mistakes that a model was surest of, which are often mistakes of the labels; or the right predictions
 * that it was surest of. Of equally sure ones the first of the set comes first.
 * @param evaluation what `evaluate` returned; not modified.
 * @param set the images that it measured, in that order; not modified.
 * @returns empty lists if no prediction is wrong (or right).
 * @throws {ArgumentError} if the set is another than the one that was evaluated, or an option is unknown
 *   or out of its range.
 * @see fastai, `Interpretation.top_losses`
 * @example
 * const mistakes = mostConfident(await evaluate(model, test), test, { count: 10 });
 * await writePng("mistakes.png", plotPredictions(test, mistakes));
 */
export function mostConfident(
  evaluation: EvaluationLike,
  set: LabelledSet,
  options: MostConfidentOptions = {},
): ConfidentPredictions {
  const subject = "mostConfident";
  const { classes, probabilities, classNames, ...read } = readEvaluation(subject, evaluation);
  const { wrong, count } = readOptions(subject, options, {
    wrong: boolean({ default: true }),
    count: integer({ min: 1, default: 10 }),
  });
  const yTrue = Array.from(read.yTrue);
  const yPred = Array.from(read.yPred);
  const own = set?.labels;
  const remedy = "pass the set that evaluate measured, in the same order";
  check(
    own?.length === yTrue.length && yTrue.every((label, i) => label === own[i]),
    subject,
    "the set that was evaluated",
    "one with other labels",
    remedy,
  );
  const { paths } = set;
  check(
    paths === undefined || (isListOf(paths, isText) && paths.length === yTrue.length),
    subject,
    `paths to be a list of ${yTrue.length} texts, one per image`,
    describe(paths),
    remedy,
  );
  const sureness = yPred.map((label, i) => probabilities[i * classes + label]);
  const indices = [...yTrue.keys()]
    .filter((i) => (yTrue[i] !== yPred[i]) === wrong)
    .sort((a, b) => sureness[b] - sureness[a])
    .slice(0, count);
  return {
    indices,
    paths: paths && indices.map((i) => paths[i]),
    labels: indices.map((i) => yTrue[i]),
    yPred: indices.map((i) => yPred[i]),
    probabilities: indices.map((i) => sureness[i]),
    classNames,
  };
}
