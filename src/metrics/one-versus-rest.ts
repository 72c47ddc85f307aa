import { check, checkOneOf } from "../checks.ts";
import { checkSampleWeight, type Labels, type SampleWeight } from "./labels.ts";
import { encodeScores, type EncodedScores, type ScoreRows } from "./scores.ts";
import { pairwiseSum } from "./sum.ts";
import { encodeBinary, type BinaryScores } from "./threshold-counts.ts";

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

/** A problem of many classes as problems of two. */
export interface OneVersusRest {
  readonly labels: readonly number[];
  readonly problems: readonly BinaryScores[];
  /** A score of two classes, averaged over the problems as the options say. */
  average(score: (problem: BinaryScores) => number): number | number[];
}

/** Sets each class against the rest; scores in a single column stand for label 1 against 0. */
export function oneVersusRest(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  { labels, sampleWeight, average = "macro" }: OneVersusRestOptions,
): OneVersusRest {
  if (average !== null) {
    checkOneOf(subject, "average", average, ["macro", "weighted", "micro"]);
  }
  const isSingle = labels === undefined && isColumn(yTrue, yScore);
  const encoded = isSingle
    ? encodeColumn(subject, yTrue, yScore as ArrayLike<number>)
    : encodeScores(subject, "yScore", yTrue, yScore, labels);
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const { scores, classes, columns } = encoded;
  const problems = encoded.labels.map((_, column) => ({
    isPositive: Uint8Array.from(columns, (own) => (own === column ? 1 : 0)),
    scores: Float64Array.from(columns, (_own, i) => scores[i * classes + column]),
    sampleWeight,
  }));
  return {
    labels: encoded.labels,
    // Of two classes seen from one side there is only the positive one to score.
    problems: isSingle ? problems.slice(1) : problems,
    average(score): number | number[] {
      if (isSingle) return average === null ? [score(problems[1])] : score(problems[1]);
      if (average === "micro") return score(pool(encoded, sampleWeight));
      const values = problems.map(score);
      if (average === null) return values;
      if (average === "macro") return pairwiseSum(values) / values.length;
      const weights = problems.map(({ isPositive }) => support(isPositive, sampleWeight));
      // A class without a sample has no say, even if its score is NaN.
      const products = values.map((value, i) => (weights[i] === 0 ? 0 : value * weights[i]));
      return pairwiseSum(products) / pairwiseSum(weights);
    },
  };
}

function isColumn(yTrue: Labels, yScore: ScoreRows): boolean {
  return typeof yScore?.[0] === "number" && yScore.length === yTrue?.length;
}

/** One score a sample as two columns, the second of which is the positive class. */
function encodeColumn(subject: string, yTrue: Labels, yScore: ArrayLike<number>): EncodedScores {
  encodeBinary(subject, yTrue, yScore, {});
  check(
    Array.from(yTrue).every((label) => label === 0 || label === 1),
    subject,
    "labels 0 and 1 with one score a sample",
    "other labels",
    "pass scores of all classes",
  );
  const scores = Float64Array.from({ length: 2 * yScore.length }, (_, i) =>
    i % 2 === 0 ? -yScore[i >> 1] : yScore[i >> 1],
  );
  return encodeScores(subject, "yScore", yTrue, scores);
}

function pool(
  { scores, classes, columns }: EncodedScores,
  sampleWeight?: SampleWeight,
): BinaryScores {
  return {
    isPositive: Uint8Array.from({ length: scores.length }, (_, i) =>
      columns[Math.floor(i / classes)] === i % classes ? 1 : 0,
    ),
    scores,
    sampleWeight:
      sampleWeight &&
      Float64Array.from({ length: scores.length }, (_, i) => sampleWeight[Math.floor(i / classes)]),
  };
}

function support(isPositive: Uint8Array, sampleWeight?: SampleWeight): number {
  return isPositive.reduce((sum, one, i) => sum + one * (sampleWeight ? sampleWeight[i] : 1), 0);
}
