import { attempt, check, checkEach, isObject, isWithin, readable } from "../checks.ts";
import { checkPair, type Labels } from "./labels.ts";
import { checkProbabilities, flattenRows } from "./scores.ts";

/** How a model did on labelled images: what `evaluate` returns, as far as metrics and pictures read it. */
export interface EvaluationLike {
  /** The true label of each sample. */
  readonly yTrue: Labels;
  /** The predicted one. */
  readonly yPred: Labels;
  /** The probability of each class for each sample, row-major `[samples, classes]`. */
  readonly probabilities: ArrayLike<number>;
  /** The name of each class, if it is known. */
  readonly classNames?: readonly string[] | undefined;
}

/** Tells an evaluation from an array. */
export const isEvaluation = (value: unknown): value is EvaluationLike =>
  isObject(value) && attempt(() => "yTrue" in value) === true;

/** Checks an evaluation; its labels are the columns of its probabilities. @returns their number. */
export function checkEvaluation(subject: string, evaluation: EvaluationLike): number {
  const remedy = "pass what evaluate returned";
  check(isEvaluation(evaluation), subject, "an evaluation", evaluation, remedy);
  const read = () => [evaluation.yTrue, evaluation.yPred, evaluation.probabilities] as const;
  const [yTrue, yPred, probabilities] = readable(subject, "an evaluation", read);
  checkPair(subject, yTrue, yPred);
  const samples = yTrue.length;
  const name = "probabilities";
  const { classes } = flattenRows(subject, name, probabilities, samples, checkProbabilities);
  const isColumn = isWithin(0, classes - 1);
  checkEach(subject, "yTrue", yTrue, isColumn, `labels of the ${classes} classes`, remedy);
  checkEach(subject, "yPred", yPred, isColumn, `labels of the ${classes} classes`, remedy);
  return classes;
}
