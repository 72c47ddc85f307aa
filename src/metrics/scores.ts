import { allocate } from "../bytes/allocate.ts";
import { check, describe, isArray } from "../checks.ts";
import { checkLabels, checkNumbers, type Labels } from "./labels.ts";

/**
 * Scores of each class for each sample, `[samples, classes]`: an array of rows, or one flat array,
 * row after row, as `predict` gives probabilities.
 */
export type ScoreRows = ArrayLike<number> | readonly ArrayLike<number>[];

/** Checked scores with the true column of each sample. */
export interface EncodedScores {
  /** Row after row. */
  readonly scores: ArrayLike<number>;
  /** The distance from 1 to the next number of the precision that the scores came in. */
  readonly epsilon: number;
  /** Number of columns. */
  readonly classes: number;
  /** The label of each column. */
  readonly labels: readonly number[];
  /** The column of each sample's true label. */
  readonly columns: Int32Array;
}

/**
 * Checks that scores and labels fit together and finds each true label's column.
 * @param labels the label of each column, ascending; default 0, 1, 2, ...
 */
export function encodeScores(
  subject: string,
  name: string,
  yTrue: Labels,
  yScore: ScoreRows,
  labels?: Labels,
): EncodedScores {
  checkLabels(subject, "yTrue", yTrue);
  const samples = yTrue.length;
  check(samples > 0, subject, "at least one sample", "none", "pass the labels of a set");
  const { scores, classes, epsilon } = flattenRows(subject, name, yScore, samples);
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      check(
        false,
        subject,
        `${name} to hold finite numbers`,
        `${describe(scores[i])} for sample ${Math.floor(i / classes)}, column ${i % classes}`,
        "look for the cause where the scores were computed",
      );
    }
  }
  if (labels !== undefined) checkColumnLabels(subject, name, labels, classes);
  const listed =
    labels === undefined ? Array.from({ length: classes }, (_, i) => i) : Array.from(labels);
  const columnOf = new Map(listed.map((label, column) => [label, column]));
  const columns = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const column = columnOf.get(yTrue[i]);
    check(
      column !== undefined,
      subject,
      `every label of yTrue to have a column of ${name} (${classes} of them)`,
      `label ${yTrue[i]} at index ${i}`,
      "pass scores of all classes, or the columns' labels in labels",
    );
    columns[i] = column;
  }
  return { scores, epsilon, classes, labels: listed, columns };
}

/**
 * That of an array's numbers: half and single precision are known by the kind of the array; plain
 * numbers are double, and so is what NumPy makes of whole ones.
 */
function epsilonOf(values: ArrayLike<number>): number {
  const kind = Object.prototype.toString.call(values);
  if (kind === "[object Float16Array]") return 2 ** -10;
  return kind === "[object Float32Array]" ? 2 ** -23 : 2 ** -52;
}

function flattenRows(
  subject: string,
  name: string,
  rows: ScoreRows,
  samples: number,
): Pick<EncodedScores, "scores" | "epsilon" | "classes"> {
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
    checkNumbers(subject, `${name}[${i}]`, rows[i], "numbers", "pass one score per class");
  }
  const classes = rows[0].length;
  const scores = allocate(Float64Array, samples * classes, {
    subject,
    what: `${samples} rows of ${classes} scores`,
    remedy: "pass one flat array, which is used as it is",
  });
  // As NumPy joins rows: in the precision of the finest.
  const epsilon = rows.reduce((finest, row) => Math.min(finest, epsilonOf(row)), 1);
  rows.forEach((row, i) => {
    check(
      row.length === classes && classes > 0,
      subject,
      `every row of ${name} to have ${Math.max(1, classes)} scores`,
      `${row.length} in row ${i}`,
      "pass one score per class",
    );
    // What is no number would become one.
    const stray = isArray(row) ? row.findIndex((score) => typeof score !== "number") : -1;
    check(
      stray === -1,
      subject,
      `${name} to hold finite numbers`,
      `${describe(row[stray])} for sample ${i}, column ${stray}`,
      "look for the cause where the scores were computed",
    );
    scores.set(row, i * classes);
  });
  return { scores, epsilon, classes };
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

/** Throws unless the scores lie in [0, 1] and each row sums to 1, but for rounding. */
export function checkProbabilities(
  subject: string,
  name: string,
  { scores, classes, columns }: EncodedScores,
): void {
  for (let i = 0; i < columns.length; i++) {
    let sum = 0;
    for (let j = i * classes; j < (i + 1) * classes; j++) {
      const score = scores[j];
      if (!(score >= 0 && score <= 1)) {
        check(
          false,
          subject,
          `${name} to hold probabilities in [0, 1]`,
          `${score} for sample ${i}, column ${j % classes}`,
          "apply a softmax to logits first",
        );
      }
      sum += score;
    }
    // Ten classes in single precision are off by a millionth; anything more is another quantity.
    if (Math.abs(sum - 1) > 1e-3) {
      check(
        false,
        subject,
        `every row of ${name} to sum to 1`,
        `${sum} for sample ${i}`,
        "pass probabilities of all classes",
      );
    }
  }
}
