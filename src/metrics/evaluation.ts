import {
  attempt,
  check,
  checkEach,
  describe,
  isListOf,
  isObject,
  isText,
  isWithin,
  readable,
} from "../checks.ts";
import { checkPair, type Labels } from "./labels.ts";
import { checkProbabilities, flattenRows, type ScoreRows } from "./scores.ts";

/** How a model did on labelled images: what `evaluate` returns, as far as metrics and pictures read it. */
export interface EvaluationLike {
  /** The true label of each sample. */
  readonly yTrue: Labels;
  /** The predicted one. */
  readonly yPred: Labels;
  /** The probability of each class for each sample, `[samples, classes]`, nested or row after row. */
  readonly probabilities: ScoreRows;
  /** The name of each class, if it is known. */
  readonly classNames?: readonly string[] | undefined;
}

/** Tells an evaluation from an array. */
export const isEvaluation = (value: unknown): value is EvaluationLike =>
  isObject(value) && attempt(() => "yTrue" in value) === true;

/** A checked evaluation. */
export interface ReadEvaluation extends EvaluationLike {
  /** Row after row. */
  readonly probabilities: ArrayLike<number>;
  /** Number of columns. */
  readonly classes: number;
}

/** Reads an evaluation; its labels are the columns of its probabilities. The last of them may have no names. */
export function readEvaluation(subject: string, evaluation: EvaluationLike): ReadEvaluation {
  const remedy = "pass what evaluate returned";
  check(isEvaluation(evaluation), subject, "an evaluation", evaluation, remedy);
  const { yTrue, yPred, probabilities, classNames } = readable(subject, "an evaluation", () => {
    const { yTrue, yPred, probabilities, classNames } = evaluation;
    return { yTrue, yPred, probabilities, classNames };
  });
  checkPair(subject, yTrue, yPred);
  const samples = yTrue.length;
  const name = "probabilities";
  const table = flattenRows(subject, name, probabilities, samples, checkProbabilities);
  const { scores, classes } = table;
  const isColumn = isWithin(0, classes - 1);
  checkEach(subject, "yTrue", yTrue, isColumn, `labels of the ${classes} classes`, remedy);
  checkEach(subject, "yPred", yPred, isColumn, `labels of the ${classes} classes`, remedy);
  const areNames = classNames === undefined || isListOf(classNames, isText);
  check(areNames, subject, "classNames to be a list of texts", describe(classNames), remedy);
  return { yTrue, yPred, probabilities: scores, classNames, classes };
}
