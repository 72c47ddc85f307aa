import { check } from "../checks.ts";
import { anything, oneOf, readOptions } from "../options.ts";
import { checkSamples, type Labels, type SampleWeight } from "./labels.ts";
import { sampleWeights } from "./readers.ts";
import { encodeScores, type EncodedScores, type ScoreRows } from "./scores.ts";
import { pairwiseSum } from "./sum.ts";
import { checkOneScoreEach, type BinaryScores } from "./threshold-counts.ts";

/** Options of scores that set each class against the rest. */
export interface OneVersusRestOptions {
  /** The label of each column of scores, ascending; default 0, 1, 2, ... */
  readonly labels?: Labels;
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /**
   * `"macro"` (default): the mean over the classes; `"weighted"`: weighted by their support;
   * `"micro"`: all classes as one problem; `null`: one value a class, or the one value of scores in
   * a single column.
   */
  readonly average?: "macro" | "weighted" | "micro" | null;
}

/** A class against the rest. */
interface ClassProblem extends BinaryScores {
  readonly label: number;
}

/** The readers of {@link OneVersusRestOptions} but `average`. */
const classOptions = (yTrue: Labels) => ({
  labels: anything<Labels | undefined>(),
  sampleWeight: sampleWeights(yTrue.length),
});

/** Sets each class against the rest; of scores in a single column, label 1 against 0. */
export function classProblems(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  options: Omit<OneVersusRestOptions, "average">,
): ClassProblem[] {
  checkSamples(subject, yTrue);
  const { labels, sampleWeight } = readOptions(subject, options, classOptions(yTrue));
  const encoded = encodeClasses(subject, yTrue, yScore, labels);
  const problems = problemsOf(encoded, sampleWeight);
  if (!encoded.isColumn) return problems;
  // Of two classes seen from one side there is only the positive one to score; one class is number 0.
  return [{ ...problems[1], label: encoded.columns.includes(1) ? 1 : 0 }];
}

/** All classes as one problem; of scores in a single column, label 1 against 0. */
export function pooledProblem(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  options: Omit<OneVersusRestOptions, "average">,
): BinaryScores {
  const { labels, sampleWeight } = readOptions(subject, options, classOptions(yTrue));
  const encoded = encodeClasses(subject, yTrue, yScore, labels);
  return encoded.isColumn ? problemsOf(encoded, sampleWeight)[1] : pool(encoded, sampleWeight);
}

/** A score of two classes, averaged over the classes, each against the rest, as the options say. */
export function averageOverClasses(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  options: OneVersusRestOptions,
  score: (problem: BinaryScores) => number,
): number | number[] {
  checkSamples(subject, yTrue);
  const { labels, sampleWeight, average } = readOptions(subject, options, {
    ...classOptions(yTrue),
    average: oneOf(["macro", "weighted", "micro", null], { default: "macro" }),
  });
  const encoded = encodeClasses(subject, yTrue, yScore, labels);
  const problems = problemsOf(encoded, sampleWeight);
  if (encoded.isColumn) return average === null ? [score(problems[1])] : score(problems[1]);
  if (average === "micro") return score(pool(encoded, sampleWeight));
  const values = problems.map(score);
  if (average === null) return values;
  if (average === "macro") return pairwiseSum(values) / values.length;
  const weights = problems.map(({ isPositive }) =>
    isPositive.reduce((sum, one, i) => sum + one * sampleWeight[i], 0),
  );
  // A class without a sample has no say, even if its score is NaN.
  const products = values.map((value, i) => (weights[i] === 0 ? 0 : value * weights[i]));
  return pairwiseSum(products) / pairwiseSum(weights);
}

/** Scores of all classes; one score a sample becomes two columns, the second of the positive class. */
function encodeClasses(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  labels: Labels | undefined,
): EncodedScores & { readonly isColumn: boolean } {
  const isColumn =
    labels === undefined && typeof yScore?.[0] === "number" && yScore.length === yTrue.length;
  if (!isColumn) return { ...encodeScores(subject, yTrue, yScore, labels), isColumn };
  const column = yScore as ArrayLike<number>;
  checkOneScoreEach(subject, yTrue, column);
  check(
    Array.from(yTrue).every((label) => label === 0 || label === 1),
    subject,
    "labels 0 and 1 with one score a sample",
    "other labels",
    "pass scores of all classes",
  );
  const scores = Float64Array.from({ length: 2 * column.length }, (_, i) =>
    i % 2 === 0 ? -column[i >> 1] : column[i >> 1],
  );
  return { ...encodeScores(subject, yTrue, scores), isColumn };
}

function problemsOf(
  { labels, scores, classes, columns }: EncodedScores,
  sampleWeight: SampleWeight,
): (ClassProblem & { readonly isPositive: Uint8Array })[] {
  return labels.map((label, column) => ({
    label,
    isPositive: Uint8Array.from(columns, (own) => (own === column ? 1 : 0)),
    scores: Float64Array.from(columns, (_, i) => scores[i * classes + column]),
    sampleWeight,
  }));
}

/** All classes as one problem. */
function pool({ scores, classes, columns }: EncodedScores, weights: SampleWeight): BinaryScores {
  const { length } = scores;
  const sampleOf = (i: number): number => Math.floor(i / classes);
  return {
    isPositive: Uint8Array.from({ length }, (_, i) =>
      columns[sampleOf(i)] === i % classes ? 1 : 0,
    ),
    scores,
    sampleWeight: Float64Array.from({ length }, (_, i) => weights[sampleOf(i)]),
  };
}
