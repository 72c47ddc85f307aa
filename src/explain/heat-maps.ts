import {
  dispose,
  divNoNan,
  max,
  mul,
  reshape,
  sum,
  type Tensor,
  tensor2d,
  tidy,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { joinBytes } from "../bytes/bytes.ts";
import { check } from "../checks.ts";
import { mostProbable } from "../metrics/scores.ts";
import { ensureTrainable } from "../model/backend/ensure-trainable.ts";
import { classNamesOf } from "../model/class-names.ts";
import { checkNotInTraining } from "../model/in-training.ts";
import { checkImageModel } from "../train/feed/model-input.ts";
import { batchesOf, type ImagesInMemory } from "./batches-of.ts";
import { indexOfClass, type Label, labelAt } from "./class-label.ts";
import { withLogits } from "./layer-output.ts";

/** What the functions that explain a classification have in common. */
export interface ExplainOptions {
  /**
   * The class whose score is explained, for all images or a list with one for each: its index, or its name if
   * the model or the images know it. Default: of each image the class that the model takes it for.
   */
  readonly label?: Label | ArrayLike<Label>;
}

/** How much each place of each image counts for a class. */
export interface HeatMaps {
  /** Row-major `[n, height, width]`: values from 0 to 1; the largest of each image is 1, unless all are 0. */
  readonly maps: Float32Array;
  /** Number of maps, and their height and width. */
  readonly shape: readonly [n: number, height: number, width: number];
  /** Of each image what its values were divided by: the largest of them. */
  readonly peaks: Float32Array;
  /** Of each image the class whose score is explained. */
  readonly labels: Int32Array;
  /** The name of each class: the model's or, if it knows none, the images'. */
  readonly classNames: readonly string[] | undefined;
}

/** Adds up the scores of some images, of each that of its class. */
export type ScoreOf = (xs: Tensor) => Tensor;

/**
 * Maps of images, batch by batch.
 * @param mapsOf gives the maps `[n, height, width]` of a batch, at least 0; called in a tidy.
 */
export function heatMaps(
  subject: string,
  model: LayersModel,
  images: ImagesInMemory,
  label: ExplainOptions["label"],
  mapsOf: (xs: Tensor, scoreOf: ScoreOf) => Tensor,
): HeatMaps {
  checkImageModel(subject, model);
  checkNotInTraining(subject, model);
  ensureTrainable();
  const logitsOf = (xs: Tensor): Tensor =>
    withLogits(model, () => model.apply(xs, { training: false }) as Tensor);
  const { batches, classNames: ofImages } = batchesOf({ subject, model }, images);
  const classNames = classNamesOf(model) ?? ofImages;
  const labels: number[] = [];
  const maps: Float32Array[] = [];
  const peaks: Float32Array[] = [];
  let size: [height: number, width: number] = [0, 0];
  for (const xs of batches) {
    const [batchMaps, batchPeaks] = computed(xs, () => {
      const logits = logitsOf(xs);
      checkScores(subject, logits);
      const chosen = chosenClasses(logits, (i, classes) => {
        const asked = labelAt(subject, label, labels.length + i);
        return asked === undefined ? undefined : indexOfClass(subject, asked, classes, classNames);
      });
      labels.push(...chosen);
      const signs = signsOf(chosen, logits.shape[1]!);
      const found = mapsOf(xs, (x) => sum(mul(logitsOf(x), signs)));
      const most = max(found, [1, 2]);
      return [divNoNan(found, reshape(most, [-1, 1, 1])), most];
    });
    maps.push(batchMaps.dataSync() as Float32Array);
    peaks.push(batchPeaks.dataSync() as Float32Array);
    size = [batchMaps.shape[1]!, batchMaps.shape[2]!];
    dispose([batchMaps, batchPeaks]);
  }
  const unused = typeof label === "object" ? label.length - labels.length : 0;
  check(
    unused <= 0,
    subject,
    "a label for each image",
    `${unused} more`,
    "pass as many labels as images",
  );
  return {
    ...{ maps: joined(maps), shape: [labels.length, ...size], classNames },
    ...{ peaks: joined(peaks), labels: Int32Array.from(labels) },
  };
}

const joined = (parts: readonly Float32Array[]): Float32Array =>
  new Float32Array(joinBytes(parts).buffer);

/** What `compute` makes of some images, which it disposes. */
function computed(xs: Tensor, compute: () => [Tensor, Tensor]): [Tensor, Tensor] {
  try {
    return tidy(compute);
  } finally {
    xs.dispose();
  }
}

function checkScores(subject: string, logits: Tensor): void {
  check(
    logits.rank === 2,
    subject,
    "a model that gives a row of scores for each image",
    `output of shape [${logits.shape.join(", ")}]`,
    "pass a classifier",
  );
}

/** Of each image the class that is asked for or else the one with the highest score. A single score is for class 1. */
function chosenClasses(
  logits: Tensor,
  asked: (i: number, classes: number) => number | undefined,
): number[] {
  const [n, k] = logits.shape as [number, number];
  const scores = logits.dataSync();
  return Array.from({ length: n }, (_, i) => {
    const best = k === 1 ? Number(scores[i] > 0) : mostProbable(scores, k, i);
    return asked(i, Math.max(k, 2)) ?? best;
  });
}

/** Rows by which scores are multiplied so that each image's sum is the score of its class. */
function signsOf(classes: readonly number[], k: number): Tensor {
  const rows = classes.map((label) =>
    k === 1 ? [label === 1 ? 1 : -1] : Array.from({ length: k }, (_, i) => Number(i === label)),
  );
  return tensor2d(rows);
}
