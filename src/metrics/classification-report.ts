import { check } from "../checks.ts";
import { anything, integer, readOptions } from "../options.ts";
import { countClasses } from "./class-counts.ts";
import { averagedScores, scoresByClass, type Average, type ZeroDivision } from "./class-scores.ts";
import { encodePair } from "./encode-pair.ts";
import { type EvaluationLike, isEvaluation, readEvaluation } from "./evaluation.ts";
import { formatReport, type ReportScores } from "./format-report.ts";
import { MAX_DIGITS } from "../text/format-number.ts";
import { checkPair, type Labels, type SampleWeight } from "./labels.ts";
import { orderedRecord } from "./ordered-record.ts";
import { equalWeights, labelList, namesOf, sampleWeights, zeroDivision } from "./readers.ts";
import { pairwiseSum } from "./sum.ts";

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions {
  /** Classes to report on, in this order. Default: all labels that occur, sorted. */
  readonly labels?: Labels;
  /** A name for each of the labels; default those of an evaluation, or the numbers themselves. */
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

const SUBJECT = "classificationReport";

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
  options?: ClassificationReportOptions,
): ClassificationReport;
/**
 * The classification report of the whole of what `evaluate` returned, with its class names.
 * @param evaluation not modified.
 * @throws {ArgumentError} as above, and if its parts do not fit together.
 * @example
 * console.log(String(classificationReport(await evaluate(model, test))));
 */
export function classificationReport(
  evaluation: EvaluationLike,
  options?: ClassificationReportOptions,
): ClassificationReport;
export function classificationReport(
  first: EvaluationLike | Labels,
  second: Labels | ClassificationReportOptions = {},
  third?: ClassificationReportOptions,
): ClassificationReport {
  if (!isEvaluation(first)) return createReport({ yTrue: first, yPred: second as Labels }, third);
  check(
    third === undefined,
    SUBJECT,
    "two arguments, an evaluation and options",
    "a third",
    "pass the options right after the evaluation",
  );
  return createReport(readEvaluation(SUBJECT, first), second as ClassificationReportOptions);
}

function createReport(
  { yTrue, yPred, classNames }: Omit<EvaluationLike, "probabilities">,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  checkPair(SUBJECT, yTrue, yPred);
  const unweighted = equalWeights(yTrue.length);
  const settings = readOptions(SUBJECT, options, {
    labels: labelList(),
    targetNames: anything<readonly string[] | undefined>(),
    sampleWeight: sampleWeights(yTrue.length, unweighted),
    digits: integer({ min: 0, max: MAX_DIGITS, default: 2 }),
    zeroDivision: zeroDivision(),
  });
  const { sampleWeight, digits } = settings;
  const pair = encodePair(yTrue, yPred, settings.labels);
  const remedy = "pass one name per label, or say in labels which labels they name";
  const readNames = namesOf(pair.labels, classNames, remedy);
  const names = readNames(settings.targetNames, SUBJECT, "targetNames");

  const counts = countClasses(pair, sampleWeight);
  const scores = scoresByClass(counts, 1, settings.zeroDivision);
  const perClass = pair.labels.map((label, i) => ({
    label,
    name: names[i],
    precision: scores.precision[i],
    recall: scores.recall[i],
    f1Score: scores.fscore[i],
    support: scores.support[i],
  }));
  const support = pairwiseSum(scores.support);
  const average = (kind: Average): ReportScores => {
    const { precision, recall, fscore } = averagedScores(counts, kind, 1, settings.zeroDivision);
    return { precision, recall, f1Score: fscore, support };
  };
  const micro = average("micro");
  const macroAvg = average("macro");
  const weightedAvg = average("weighted");
  // Over all labels that occur, pooled precision and recall are both the share of right answers.
  const isAccuracy = pair.others.length === 0;
  const averages = [
    { name: isAccuracy ? "accuracy" : "micro avg", ...micro },
    { name: "macro avg", ...macroAvg },
    { name: "weighted avg", ...weightedAvg },
  ];
  // scikit-learn's counts are floats when weighted, and also when no prediction is right.
  const isAnyRight = pair.trueCodes.some((code, i) => code === pair.predCodes[i]);
  const countsAreFloats = sampleWeight !== unweighted || !isAnyRight;
  return {
    perClass,
    accuracy: isAccuracy ? micro.precision : undefined,
    microAvg: isAccuracy ? undefined : micro,
    macroAvg,
    weightedAvg,
    toString: () => formatReport(perClass, averages, { digits, countsAreFloats }),
    toJSON: () => {
      const keys = classKeys(
        perClass,
        averages.map(({ name }) => name),
      );
      return orderedRecord<ReportDictRow | number>([
        ...perClass.map((row, i) => [keys[i], toDictRow(row)] as const),
        ...averages.map((row, i) => {
          const isNumber = i === 0 && isAccuracy;
          return [row.name, isNumber ? row.precision : toDictRow(row)] as const;
        }),
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
