import { allocate } from "../bytes/allocate.ts";
import { check, checkEach, describe, isWithin } from "../checks.ts";
import { checkLabels, checkNumbers, kindOf, type Labels } from "./labels.ts";

/**
 * Scores of each class for each sample, `[samples, classes]`: an array of rows, or one flat array,
 * row after row, as `predict` gives probabilities.
 */
export type ScoreRows = ArrayLike<number> | readonly ArrayLike<number>[];

/** Checked scores. */
interface ScoreTable {
  /** Row after row. */
  readonly scores: ArrayLike<number>;
  /** The distance from 1 to the next number of the precision that the scores came in. */
  readonly epsilon: number;
  /** Number of columns. */
  readonly classes: number;
}

/** Checked scores with the true column of each sample. */
export interface EncodedScores extends ScoreTable {
  /** The label of each column. */
  readonly labels: readonly number[];
  /** The column of each sample's true label. */
  readonly columns: Int32Array;
}

/**
 * Checks that scores fit the true labels, which have been checked, and finds each label's column.
 * @param labels the label of each column, ascending; default 0, 1, 2, ...
 */
export function encodeScores(
  subject: string,
  yTrue: Labels,
  yScore: ScoreRows,
  labels?: Labels,
): EncodedScores {
  const table = flattenRows(subject, "yScore", yScore, yTrue.length, checkFinite);
  return encodeTable(subject, "yScore", yTrue, table, labels);
}

/** The same for scores that are probabilities: in [0, 1], each row with the sum 1, but for rounding. */
export function encodeProbabilities(
  subject: string,
  yTrue: Labels,
  yProba: ScoreRows,
  labels?: Labels,
): EncodedScores {
  const table = flattenRows(subject, "yProba", yProba, yTrue.length, checkProbabilities);
  const { scores, classes } = table;
  const sums = new Float64Array(yTrue.length);
  for (let i = 0; i < scores.length; i++) sums[Math.floor(i / classes)] += scores[i];
  // Ten classes in single precision are off by a millionth; anything more is another quantity.
  const stray = sums.findIndex((sum) => Math.abs(sum - 1) > 1e-3);
  check(
    stray === -1,
    subject,
    "every row of yProba to sum to 1",
    `${sums[stray]} for sample ${stray}`,
    "pass probabilities of all classes",
  );
  return encodeTable(subject, "yProba", yTrue, table, labels);
}

function encodeTable(
  subject: string,
  name: string,
  yTrue: Labels,
  table: ScoreTable,
  labels: Labels | undefined,
): EncodedScores {
  const { classes } = table;
  if (labels !== undefined) checkColumnLabels(subject, name, labels, classes);
  const listed = labels ? Array.from(labels) : Array.from({ length: classes }, (_, i) => i);
  const columnOf = new Map(listed.map((label, column) => [label, column]));
  const columns = Int32Array.from(yTrue, (label) => columnOf.get(label) ?? -1);
  const stray = columns.indexOf(-1);
  check(
    stray === -1,
    subject,
    `every label of yTrue to have a column of ${name} (${classes} of them)`,
    `label ${yTrue[stray]} at index ${stray}`,
    "pass scores of all classes, or the columns' labels in labels",
  );
  return { ...table, labels: listed, columns };
}

/** The column of a sample's highest score; the first of equals. */
export function mostProbable(scores: ArrayLike<number>, classes: number, sample: number): number {
  let best = 0;
  for (let j = 1; j < classes; j++) {
    if (scores[sample * classes + j] > scores[sample * classes + best]) best = j;
  }
  return best;
}

/** What finds values that cannot be scores, and tells where. */
type ValuesCheck = (subject: string, name: string, values: ArrayLike<number>) => void;

/** Throws unless all scores are finite numbers; others would become some. */
export const checkFinite: ValuesCheck = (subject, name, scores) => {
  const remedy = "look for the cause where the scores were computed";
  checkEach(subject, name, scores, Number.isFinite, "finite numbers", remedy);
};

/** Throws unless all scores are probabilities. */
export const checkProbabilities: ValuesCheck = (subject, name, scores) => {
  checkFinite(subject, name, scores);
  const remedy = "apply a softmax to logits first";
  checkEach(subject, name, scores, isWithin(0, 1), "probabilities in [0, 1]", remedy);
};

/** Checks scores and puts rows of them one after the other. */
export function flattenRows(
  subject: string,
  name: string,
  rows: ScoreRows,
  samples: number,
  checkValues: ValuesCheck,
): ScoreTable {
  checkNumbers(subject, name, rows, "numbers or rows of numbers", "pass [samples, classes] scores");
  if (!isNested(rows)) {
    const classes = rows.length / samples;
    check(
      Number.isInteger(classes) && classes > 0,
      subject,
      `${name} to hold the same number of scores for each of the ${samples} samples`,
      `${rows.length} scores`,
      "pass samples x classes scores, row after row",
    );
    checkValues(subject, name, rows);
    return { scores: rows, epsilon: epsilonOf(rows), classes };
  }
  check(
    rows.length === samples,
    subject,
    `${name} to have a row for each of the ${samples} samples`,
    `${rows.length} rows`,
    "pass one row per sample",
  );
  for (let i = 0; i < samples; i++) {
    const row = `row ${i} of ${name}`;
    checkNumbers(subject, row, rows[i], "numbers", "pass one score per class");
    check(
      rows[i].length === rows[0].length && rows[i].length > 0,
      subject,
      `${row} to hold ${Math.max(1, rows[0].length)} scores`,
      rows[i].length,
      "pass one score per class",
    );
    checkValues(subject, row, rows[i]);
  }
  const classes = rows[0].length;
  const scores = allocate(Float64Array, samples * classes, {
    subject,
    what: `${samples} rows of ${classes} scores`,
    remedy: "pass one flat array, which is used as it is",
  });
  for (const [i, row] of rows.entries()) scores.set(row, i * classes);
  // As NumPy joins rows: in the precision of the finest.
  return { scores, epsilon: Math.min(...new Set(rows.map(epsilonOf))), classes };
}

/**
 * That of an array's numbers: half and single precision are known by the kind of the array; plain
 * numbers are double, and so is what NumPy makes of whole ones.
 */
function epsilonOf(values: ArrayLike<number>): number {
  const kind = kindOf(values);
  if (kind === "Float16Array") return 2 ** -10;
  return kind === "Float32Array" ? 2 ** -23 : 2 ** -52;
}

function isNested(rows: ScoreRows): rows is readonly ArrayLike<number>[] {
  return typeof rows[0] === "object";
}

function checkColumnLabels(subject: string, name: string, labels: Labels, classes: number): void {
  checkLabels(subject, "labels", labels);
  check(
    labels.length === classes,
    subject,
    `labels to name the ${classes} columns of ${name}`,
    `${labels.length} labels`,
    "pass one label per column",
  );
  check(
    Array.from(labels).every((label, i) => i === 0 || label > labels[i - 1]),
    subject,
    "labels to ascend, each once",
    describe(labels),
    "sort the columns by label",
  );
}
