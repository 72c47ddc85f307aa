/** What an evaluation says, for programs and for people. */
import {
  classificationReport,
  confusionMatrix,
  type Evaluation,
  type ImageSet,
  mostConfident,
} from "cifar-kit";
import { printable } from "../text/printable.ts";

/** Mistakes that are listed. */
const LISTED = 20;
/** Mistakes that are printed. */
const PRINTED = 5;

/** A mistake, and how sure of it the model was. */
interface Mistake {
  /** Its place among the pictures that were measured. */
  readonly index: number;
  readonly path: string | undefined;
  readonly className: string;
  readonly predicted: string;
  readonly probability: number;
}

function mistakesIn(evaluation: Evaluation, set: ImageSet, count: number): Mistake[] {
  const { indices, labels, yPred, probabilities, paths } = mostConfident(evaluation, set, {
    count,
  });
  return labels.map((label, i) => ({
    index: indices[i],
    path: paths?.[i],
    className: set.classNames[label],
    predicted: set.classNames[yPred[i]],
    probability: probabilities[i],
  }));
}

/** All of it, as JSON can say it. The rows of the matrix are the true classes, in the order of `classNames`. */
export function measuredAsJson(evaluation: Evaluation, set: ImageSet) {
  const { accuracy, loss, yTrue, yPred } = evaluation;
  const { classNames } = set;
  const labels = classNames.map((_, label) => label);
  return {
    ...{ accuracy, loss, pictures: set.length, classNames },
    report: classificationReport(evaluation),
    confusionMatrix: confusionMatrix(yTrue, yPred, { labels }).map((row) => Array.from(row)),
    mistakes: mistakesIn(evaluation, set, LISTED),
  };
}

/** The report, and the surest mistakes. */
export function measuredAsText(evaluation: Evaluation, set: ImageSet): string {
  const wrong = evaluation.yTrue.filter((label, i) => label !== evaluation.yPred[i]).length;
  const mistakes = mistakesIn(evaluation, set, PRINTED).map(
    ({ index, path, className, predicted, probability }) =>
      `  ${path ?? `image ${index}`} is ${className}, taken for ${predicted} (${percent(probability)})\n`,
  );
  const head = `\n${wrong} of ${set.length} wrong`;
  return printableText(
    `${String(classificationReport(evaluation))}${head}${wrong > 0 ? ", the surest:\n" : "\n"}${mistakes.join("")}`,
  );
}

const printableText = (text: string): string => text.split("\n").map(printable).join("\n");

/** A share as people read it. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
