import * as kit from "cifar-kit";
import { type Trials, type Untried, wrong } from "./trial.ts";

const yTrue = [0, 1, 2, 1];
const yPred = [0, 1, 1, 1];
const scores = [
  [0.6, 0.2, 0.2],
  [0.1, 0.8, 0.1],
  [0.2, 0.2, 0.6],
  [0.3, 0.4, 0.3],
];
const matrix = [
  [1, 1],
  [0, 2],
];
const binary = [0, 1, 1, 0];
const share = [0.1, 0.8, 0.6, 0.3];

const report = kit.classificationReport as (...given: unknown[]) => unknown;

export const trials: Trials = {
  "pass one name per class": [
    () => kit.mostConfused(matrix, { classNames: ["a"] }),
    () => kit.mostConfused(matrix, { classNames: ["a", "b"] }),
  ],
  "pass one name per label, or say in labels which labels they name": [
    () => kit.classificationReport(yTrue, yPred, { targetNames: ["a", "b"] }),
    () => {
      kit.classificationReport(yTrue, yPred, { targetNames: ["a", "b", "c"] });
      kit.classificationReport(yTrue, yPred, { targetNames: ["a", "b"], labels: [0, 1] });
    },
  ],
  "pass the options right after the evaluation": [
    () => report({ yTrue, yPred, probabilities: scores }, {}, { digits: 3 }),
    () => kit.classificationReport({ yTrue, yPred, probabilities: scores }, { digits: 3 }),
  ],
  "pass labels of the data": [
    () => kit.confusionMatrix(yTrue, yPred, { labels: [7] }),
    () => kit.confusionMatrix(yTrue, yPred, { labels: [0, 1] }),
  ],
  "remove the repetition": [
    () => kit.confusionMatrix(yTrue, yPred, { labels: [0, 0] }),
    () => kit.confusionMatrix(yTrue, yPred, { labels: [0] }),
  ],
  "leave it out": [
    () => kit.confusionMatrix(yTrue, yPred, { labels: [] }),
    () => kit.confusionMatrix(yTrue, yPred),
  ],
  "pass one label per sample in both": [
    () => kit.accuracyScore(yTrue, [0]),
    () => kit.accuracyScore(yTrue, yPred),
  ],
  "pass the labels of a set": [
    () => kit.accuracyScore([], []),
    () => kit.accuracyScore(yTrue, yPred),
  ],
  "pass class indices": [
    () => kit.accuracyScore(wrong("cat"), yPred),
    () => kit.accuracyScore(yTrue, yPred),
  ],
  "pass class indices: the argmax of each row of probabilities, or classNames.indexOf(name) of each name":
    [
      () => kit.accuracyScore(wrong(["cat", "dog"]), [0, 1]),
      () => {
        kit.accuracyScore(
          yTrue,
          scores.map((row) => row.indexOf(Math.max(...row))),
        );
        const classNames = ["cat", "dog"];
        const labels = ["cat", "dog"].map((name) => classNames.indexOf(name));
        if (kit.accuracyScore(labels, [0, 1]) !== 1) throw new Error("other labels");
      },
    ],
  "pass one weight per sample": [
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: wrong(2) }),
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [1, 1, 2, 1] }),
  ],
  "pass as many weights as samples": [
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [1] }),
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [1, 1, 2, 1] }),
  ],
  "correct the weight; 0 leaves a sample out": [
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [1, 1, -2, 1] }),
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [1, 1, 0, 1] }),
  ],
  "leave sampleWeight out": [
    () => kit.accuracyScore(yTrue, yPred, { sampleWeight: [0, 0, 0, 0] }),
    () => kit.accuracyScore(yTrue, yPred),
  ],
  "pass what confusionMatrix returned": [
    () => kit.mostConfused(wrong(5)),
    () => kit.mostConfused(kit.confusionMatrix(yTrue, yPred)),
  ],
  "pass what evaluate returned": [
    () => kit.mostConfident(wrong(yTrue), { labels: yTrue }),
    () => kit.mostConfident({ yTrue, yPred, probabilities: scores.flat() }, { labels: yTrue }),
  ],
  "pass the set that evaluate measured, in the same order": [
    () => kit.mostConfident({ yTrue, yPred, probabilities: scores.flat() }, { labels: yPred }),
    () => kit.mostConfident({ yTrue, yPred, probabilities: scores.flat() }, { labels: yTrue }),
  ],
  "pass scores of all classes": [
    () => kit.rocAucScore([0, 1, 2, 2], share),
    () => kit.rocAucScore(yTrue, scores),
  ],
  "pass e.g. 1; Infinity is recall alone": [
    () => kit.precisionRecallFscoreSupport(yTrue, yPred, { beta: -1 }),
    () => {
      kit.precisionRecallFscoreSupport(yTrue, yPred, { beta: 1 });
      kit.precisionRecallFscoreSupport(yTrue, yPred, { beta: Infinity });
    },
  ],
  'pass average: "macro", "micro", "weighted" or null': [
    () => kit.precisionRecallFscoreSupport(yTrue, yPred, { average: "binary" }),
    () =>
      (["macro", "micro", "weighted", null] as const).map((average) =>
        kit.precisionRecallFscoreSupport(yTrue, yPred, { average }),
      ),
  ],
  "pass the label of the positive class": [
    () => kit.precisionRecallFscoreSupport(binary, binary, { average: "binary", posLabel: 3 }),
    () => kit.precisionRecallFscoreSupport(binary, binary, { average: "binary", posLabel: 0 }),
  ],
  "look for the cause where the scores were computed": [
    () =>
      kit.logLoss(
        yTrue,
        scores.map((row) => row.map(() => NaN)),
      ),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass scores of all classes, or the columns' labels in labels": [
    () => kit.topKAccuracyScore([0, 7, 2, 1], scores),
    () => kit.topKAccuracyScore([0, 7, 2, 2], scores, { labels: [0, 2, 7] }),
  ],
  "pass [samples, classes] scores": [
    () => kit.logLoss(yTrue, wrong(5)),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass samples x classes scores, row after row": [
    () => kit.logLoss(yTrue, [0.1, 0.2, 0.3, 0.4, 0.5]),
    () => kit.logLoss(yTrue, scores.flat()),
  ],
  "pass one row per sample": [
    () => kit.logLoss(yTrue, scores.slice(1)),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass one score per class": [
    () =>
      kit.logLoss(
        yTrue,
        scores.map((row, i) => row.slice(i % 2)),
      ),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass one label per column": [
    () => kit.topKAccuracyScore(yTrue, scores, { labels: [0, 1] }),
    () => kit.topKAccuracyScore(yTrue, scores, { labels: [0, 1, 2] }),
  ],
  "sort the columns by label": [
    () => kit.topKAccuracyScore(yTrue, scores, { labels: [2, 1, 0] }),
    () => kit.topKAccuracyScore(yTrue, scores, { labels: [0, 1, 2] }),
  ],
  "apply a softmax to logits first": [
    () =>
      kit.logLoss(
        yTrue,
        scores.map((row) => row.map((v) => v * 10)),
      ),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass probabilities of all classes": [
    () =>
      kit.logLoss(
        yTrue,
        scores.map((row) => row.map((v) => v / 10)),
      ),
    () => kit.logLoss(yTrue, scores),
  ],
  "pass the scores of the positive class": [
    () => kit.rocCurve(binary, wrong(5)),
    () => kit.rocCurve(binary, share),
  ],
  "pass one score per sample": [
    () => kit.rocCurve(binary, [0.5]),
    () => kit.rocCurve(binary, share),
  ],
};

export const untried: Untried = {
  "name the classes that matter with the option labels":
    "needs a matrix larger than the memory; the option is tried above",
  "pass one flat array, which is used as it is":
    "needs rows larger than the memory; flat arrays are tried above",
};
