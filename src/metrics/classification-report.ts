import { check, checkInteger, checkOptions, describe, isListOf, isText } from "../checks.ts";
import { countClasses } from "./class-counts.ts";
import {
  averagedScores,
  checkZeroDivision,
  scoresByClass,
  type Average,
  type ZeroDivision,
} from "./class-scores.ts";
import { encodePair } from "./encode-pair.ts";
import { formatReport, type ReportScores } from "./format-report.ts";
import { MAX_DIGITS } from "../text/format-number.ts";
import { checkSampleWeight, type Labels, type SampleWeight } from "./labels.ts";
import { orderedRecord } from "./ordered-record.ts";
import { pairwiseSum } from "./sum.ts";

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions {
  /** Classes to report on, in this order. Default: all labels that occur, sorted. */
  readonly labels?: Labels;
  /** A name for each of the labels; default the numbers themselves. */
  readonly targetNames?: readonly string[];
  /** What each sample counts; default 1. */
  readonly sampleWeight?: SampleWeight;
  /** Decimals in the text, 0 to 80; default 2. The numbers themselves are never rounded. */
  readonly digits?: number;
  /** What 0/0 gives: 0 (default), 1 or NaN, which averages leave out. */
  readonly zeroDivision?: ZeroDivision;
}

/** The row of one class. */
export interface ReportClass extends ReportScores {
  /** The class index. */
  readonly label: number;
  /** Its name in the report. */
  readonly name: string;
}

/** A row as scikit-learn's `output_dict` has it. */
export interface ReportDictRow {
  /** tp / predicted, 0 to 1. */
  readonly precision: number;
  /** tp / true, 0 to 1. */
  readonly recall: number;
  /** F1 under scikit-learn's key. */
  readonly "f1-score": number;
  /** Number (or weight) of true samples. */
  readonly support: number;
}

/** Precision, recall, F1 and support of each class and their averages. */
export interface ClassificationReport {
  /** One row for each label, in the order of the report. */
  readonly perClass: readonly ReportClass[];
  /** Share of right predictions; `undefined` if `labels` left out some label that occurs. */
  readonly accuracy: number | undefined;
  /** The scores of all listed classes counted together; only where there is no `accuracy`. */
  readonly microAvg: ReportScores | undefined;
  /** The plain mean over the classes. */
  readonly macroAvg: ReportScores;
  /** The mean over the classes weighted by support. */
  readonly weightedAvg: ReportScores;
  /** scikit-learn's text, byte for byte, with its final line break. */
  toString(): string;
  /**
   * scikit-learn's `output_dict`: class names, then `accuracy` or `micro avg`, and the averages, in the
   * order of the report. Where names meet, of classes or of a class and an average, the class's label
   * stands behind its name: `"cat (0)"`, `"cat (2)"`, `"accuracy (1)"`.
   */
  toJSON(): Record<string, ReportDictRow | number>;
}

/**
 * The classification report: precision, recall, F1 and support of each class against the rest.
 *
 * precision = tp / predicted, recall = tp / true, F1 = 2 tp / (predicted + true). `String(report)`
 * is the text, `JSON.stringify(report)` the dictionary.
 * @param yTrue true labels, one a sample; not modified.
 * @param yPred predicted labels, as many; not modified.
 * @throws {ArgumentError} for labels that are not whole numbers, different lengths, no samples, as
 *   many names as there are not labels, unknown options and options out of range.
 * @see scikit-learn, `sklearn.metrics.classification_report`
 */
export function classificationReport(
  yTrue: Labels,
  yPred: Labels,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const subject = "classificationReport";
  checkOptions(subject, options, [
    "labels",
    "targetNames",
    "sampleWeight",
    "digits",
    "zeroDivision",
  ]);
  const { labels, targetNames, sampleWeight, digits = 2, zeroDivision = 0 } = options;
  checkInteger(subject, "digits", digits, { min: 0, max: MAX_DIGITS });
  checkZeroDivision(subject, zeroDivision);
  const pair = encodePair(subject, yTrue, yPred, labels);
  checkSampleWeight(subject, sampleWeight, yTrue.length);
  const names = targetNames ?? pair.labels.map(String);
  checkNames(subject, names, pair.labels);

  const counts = countClasses(pair, sampleWeight);
  const { precision, recall, fscore, support } = scoresByClass(counts, 1, zeroDivision);
  const totalSupport = pairwiseSum(support);
  const average = (kind: Average): ReportScores => {
    const scores = averagedScores(counts, kind, 1, zeroDivision);
    return {
      precision: scores.precision,
      recall: scores.recall,
      f1Score: scores.fscore,
      support: totalSupport,
    };
  };
  const perClass = pair.labels.map((label, i) => ({
    label,
    name: names[i],
    precision: precision[i],
    recall: recall[i],
    f1Score: fscore[i],
    support: support[i],
  }));
  const micro = average("micro");
  const macroAvg = average("macro");
  const weightedAvg = average("weighted");
  // Over all labels that occur, pooled precision and recall are both the share of right answers.
  const isAccuracy = pair.others.length === 0;
  const microName = isAccuracy ? "accuracy" : "micro avg";
  // scikit-learn's counts are floats when weighted, and also when no prediction is right.
  const countsAreFloats = sampleWeight !== undefined || noneRight(pair.trueCodes, pair.predCodes);
  return {
    perClass,
    accuracy: isAccuracy ? micro.precision : undefined,
    microAvg: isAccuracy ? undefined : micro,
    macroAvg,
    weightedAvg,
    toString: () =>
      formatReport(
        perClass,
        [
          { name: microName, ...micro },
          { name: "macro avg", ...macroAvg },
          { name: "weighted avg", ...weightedAvg },
        ],
        { digits, countsAreFloats },
      ),
    toJSON: () => {
      const keys = classKeys(perClass, [microName, "macro avg", "weighted avg"]);
      return orderedRecord<ReportDictRow | number>([
        ...perClass.map((row, i) => [keys[i], toDictRow(row)] as const),
        [microName, isAccuracy ? micro.precision : toDictRow(micro)],
        ["macro avg", toDictRow(macroAvg)],
        ["weighted avg", toDictRow(weightedAvg)],
      ]);
    },
  };
}

/** A key for each class: its name, with its label behind it where that alone would not tell it apart. */
function classKeys(classes: readonly ReportClass[], averages: readonly string[]): string[] {
  const names = [...averages, ...classes.map(({ name }) => name)];
  const taken = new Set(names);
  const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  return classes.map(({ name, label }) => {
    if (!repeated.has(name)) return name;
    let key = name;
    while (taken.has(key)) key += ` (${label})`;
    taken.add(key);
    return key;
  });
}

function toDictRow({ precision, recall, f1Score, support }: ReportScores): ReportDictRow {
  return { precision, recall, "f1-score": f1Score, support };
}

function noneRight(trueCodes: Int32Array, predCodes: Int32Array): boolean {
  return trueCodes.every((code, i) => code !== predCodes[i]);
}

function checkNames(subject: string, names: unknown, labels: readonly number[]): void {
  check(
    isListOf(names, isText),
    subject,
    "targetNames to be an array of strings",
    describe(names),
    "pass one name per class",
  );
  check(
    names.length === labels.length,
    subject,
    `targetNames to name the ${labels.length} labels ${abbreviate(labels)}`,
    `${names.length} names`,
    "pass one name per label, or say in labels which labels they name",
  );
}

function abbreviate(labels: readonly number[]): string {
  return labels.length <= 12
    ? labels.join(", ")
    : `${labels.slice(0, 10).join(", ")}, ..., ${labels[labels.length - 1]}`;
}
