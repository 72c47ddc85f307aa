import * as kit from "cifar-kit";
import {
  parameterImportance,
  plotImportance,
  plotParallelCoordinates,
  plotStudyCurves,
} from "cifar-kit/study";
import { ImageDataGenerator, ImageSet } from "cifar-kit";
import { tinyImages } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(6);
const { labels, classNames } = set;
const history = { loss: [2, 1], accuracy: [0.3, 0.5] };
const generator = new ImageDataGenerator({});
const evaluation = {
  yTrue: labels,
  yPred: labels,
  probabilities: Array.from(labels).flatMap((label) => [0, 1, 2].map((k) => Number(k === label))),
};
const sweep = { learningRates: [0.1, 1], losses: [2, 1] };
const curve = { falsePositiveRate: [0, 1], truePositiveRate: [0, 1], auc: 0.5 };
const roc = (given: unknown, options = {}): unknown => kit.plotRoc(wrong(given), options);
const augmentations = (given: unknown): unknown => kit.plotAugmentations(set, wrong(given));
const predictions = (options: object): unknown => kit.plotPredictions(set, options);
const deep = new ImageSet({
  ...{ images: new Uint8Array(10), labels: new Uint8Array(2), imageShape: [1, 1, 5] as const },
  classNames: ["a"],
});
const rgb = new ImageSet({
  ...{ images: new Uint8Array(6), labels: new Uint8Array(2), imageShape: [1, 1, 3] as const },
  classNames: ["a"],
});
const spec = kit.plotHistory(history);

/** A study of two trials, the second of which is so far. */
const studyOf = (state: string) => ({
  direction: "minimize" as const,
  trials: [1, 2].map((x) => ({
    ...{ params: { x }, value: x, state },
    reports: [{ epochs: 1, value: x, logs: { loss: x } }],
  })),
});

export const trials: Trials = {
  "pass what gradCam gave for this very set": [
    () => kit.plotGradCam(set, { maps: [1], shape: [1, 1, 1] }),
    () => kit.plotGradCam(set.take(1), { maps: [1], shape: [1, 1, 1] }),
  ],
  "train for an epoch first": [
    () => kit.plotHistory({ loss: [], accuracy: [] }),
    () => kit.plotHistory(history),
  ],
  "pass what a training run returned, or the member history of what model.fit returned": [
    () => kit.plotHistory(wrong({ epoch: [0], history: { loss: [1] } })),
    () => {
      kit.plotHistory(history);
      kit.plotHistory({ loss: [2, 1], acc: [0.3, 0.5], val_loss: [2, 1], val_acc: [0.3, 0.5] });
    },
  ],
  "remove one of the two": [
    () => kit.plotHistory(wrong({ ...history, acc: [0.3, 0.5] })),
    () => kit.plotHistory(history),
  ],
  "pass what a training run returned": [
    () => kit.plotHistory({ loss: [2, 1], accuracy: [0.3] }),
    () => kit.plotHistory(history),
  ],
  "pass one name per phase, or leave it out": [
    () => kit.plotHistory({ phases: [history, history] }, { phaseNames: ["one"] }),
    () => {
      kit.plotHistory({ phases: [history, history] }, { phaseNames: ["one", "two"] });
      kit.plotHistory({ phases: [history, history] });
    },
  ],
  'pass e.g. ["accuracy"]': [
    () => kit.plotHistory(history, { metrics: wrong(["acc"]) }),
    () => kit.plotHistory(history, { metrics: ["accuracy"] }),
  ],
  'leave metrics out, or train a model that was compiled with metrics: ["accuracy"]': [
    () => kit.plotHistory({ loss: [1] }, { metrics: ["accuracy"] }),
    () => {
      kit.plotHistory({ loss: [1] });
      kit.plotHistory(history, { metrics: ["accuracy"] });
    },
  ],
  "choose the runs to show": [
    () => kit.plotHistory(Object.fromEntries("abcdefghijk".split("").map((a) => [a, history]))),
    () => kit.plotHistory(Object.fromEntries("abcdefghij".split("").map((a) => [a, history]))),
  ],
  "choose the channels to show": [() => kit.plotSamples(deep), () => kit.plotSamples(rgb)],
  "pass what pipeline(...) gives, an ImageDataGenerator, or imageFlow(set, { batchSize: 1, shuffle: false, ... })":
    [
      () => augmentations(kit.imageFlow(set)),
      () => {
        augmentations(kit.pipeline(kit.randomFlip()));
        augmentations(generator);
        augmentations(kit.imageFlow(set, { batchSize: 1, shuffle: false }));
      },
    ],
  "make it with shuffle: false": [
    () => augmentations(kit.imageFlow(set, { batchSize: 1 })),
    () => augmentations(kit.imageFlow(set, { batchSize: 1, shuffle: false })),
  ],
  "pass what calibration returned": [
    () => kit.plotCalibration(wrong({})),
    () => {
      const probabilities = new Float32Array(18).fill(1 / 3);
      kit.plotCalibration(kit.calibration(labels, probabilities));
    },
  ],
  "pass what the sweep recorded": [
    () => kit.plotLearningRateFinder(wrong({})),
    () => kit.plotLearningRateFinder(wrong(sweep)),
  ],
  "start from a smaller learning rate": [
    () => kit.plotLearningRateFinder(wrong({ ...sweep, losses: [NaN, NaN] })),
    () => kit.plotLearningRateFinder(wrong({ learningRates: [1e-3, 1], losses: [2, NaN] })),
  ],
  "leave onlyWrong out": [
    () => predictions({ yPred: labels, onlyWrong: true }),
    () => predictions({ yPred: labels }),
  ],
  "pass one probability per class": [
    () => predictions({ probabilities: Array.from(labels, () => [1, 0]) }),
    () => predictions({ probabilities: Array.from(labels, () => [1, 0, 0]) }),
  ],
  "pass what predict or evaluate returned": [
    () => predictions({}),
    () => predictions({ yPred: labels }),
  ],
  "pass what mostConfident gave": [
    () => predictions({ yPred: [1], indices: [99] }),
    () => predictions(kit.mostConfident({ ...evaluation, yPred: [1, 1, 1, 1, 1, 1] }, set)),
  ],
  "pass some, e.g. those of mostConfident(evaluation, set, { wrong: false })": [
    () => predictions(kit.mostConfident(evaluation, set)),
    () => predictions(kit.mostConfident(evaluation, set, { wrong: false })),
  ],
  "pass the set that the predictions are of, and what mostConfident gave of it": [
    () => predictions({ yPred: [0], indices: [0], labels: [2] }),
    () => predictions(kit.mostConfident(evaluation, set, { wrong: false })),
  ],
  "pass the predictions for this very set": [
    () => predictions({ yPred: [0] }),
    () => predictions({ yPred: labels }),
  ],
  "choose the classes to show, e.g. with curves.slice(0, 20)": [
    () => roc(Array.from({ length: 21 }, () => curve)),
    () => roc(Array.from({ length: 21 }, () => curve).slice(0, 20)),
  ],
  "pass one name per class index, or give each curve its own: { ...curve, name }": [
    () => roc([{ ...curve, label: 3 }], { classNames }),
    () => {
      roc([{ ...curve, label: 2 }], { classNames });
      roc([{ ...curve, label: 3, name: "other" }], { classNames });
    },
  ],
  "pass what a plot function returned": [() => kit.toSvg(wrong("spec")), () => kit.toSvg(spec)],
  "pass what a plot function returned, or correct the specification": [
    () => kit.toSvg(wrong({ mark: "nope" })),
    async () => {
      await kit.toSvg(spec);
      await kit.toSvg(wrong({ mark: "bar", data: { values: [] } }));
    },
  ],
  "pass one curve's values in both": [
    () => roc({ ...curve, truePositiveRate: [0] }),
    () => roc(curve),
  ],
  "pass what runStudy returned": [
    () => plotStudyCurves(wrong({})),
    () => plotStudyCurves(studyOf("complete")),
  ],
  "run the study to its end first": [
    () => plotParallelCoordinates(studyOf("running")),
    () => plotParallelCoordinates(studyOf("complete")),
  ],
  "name one of these as metric, or hand report to train in the trial": [
    () => plotStudyCurves(studyOf("complete"), { metric: "acc" }),
    () => {
      plotStudyCurves(studyOf("complete"), { metric: "loss" });
      plotStudyCurves(studyOf("complete"));
    },
  ],
  "pass what parameterImportance returned": [
    () => plotImportance([]),
    () => plotImportance(parameterImportance(studyOf("complete"))),
  ],
  "pass rates": [() => roc({ ...curve, truePositiveRate: [0, 2] }), () => roc(curve)],
};

export const untried: Untried = {};
