import { argMax, type TensorContainer } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkInteger, checkOptions, describe } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { warnOfSlowBackend } from "../model/backend/warn-of-slow-backend.ts";
import { breather } from "../event-loop.ts";
import { checkedData } from "./checked-data.ts";
import { modelInternals } from "../model/internals.ts";
import { warnOfScalingTwice } from "./byte-like.ts";
import { checkImageShape, checkModel } from "./model-input.ts";
import { asPredictions, outputOf } from "./model-output.ts";
import { flowData, datasetData, isDataset, isFlow, type TrainingData } from "./training-data.ts";
import { usableFlow } from "./user-flow.ts";
import type { Flow } from "../augment/flow.ts";
import { imageFlow } from "../augment/image-flow.ts";

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Images in one call of the model; default 256. A dataset has its own. */
  readonly batchSize?: number;
}

/** What {@link evaluate} gives. */
export interface Evaluation {
  /**
   * Mean cross-entropy: -log of the probability of the true class, averaged over the images; in a
   * dataset with weights each is multiplied by its own.
   */
  readonly loss: number;
  /** Share of images whose most probable class is the true one. */
  readonly accuracy: number;
  /** The true class of each image. */
  readonly yTrue: Int32Array;
  /** The most probable class of each image; the first of equals. */
  readonly yPred: Int32Array;
  /** Row-major `[n, k]`. */
  readonly probabilities: Float32Array;
}

/** Probabilities below the smallest positive float32 count as that: a loss of 103. */
const SMALLEST = 2 ** -149;

/**
 * Measures a classifier on labelled images: an {@link ImageSet}, the first epoch of a flow (for a
 * generator that standardises), or a `tf.data.Dataset` of batches.
 * The loss is summed in double precision. Gives way to the event loop between batches.
 *
 * @param model ends in a softmax: gives probabilities `[n, k]`; only read.
 * @param set what to measure it on; not modified.
 * @throws {ArgumentError} if the data do not fit the model, are empty, or the model does not give
 *   probabilities.
 */
export async function evaluate(
  model: LayersModel,
  set: ImageSet | Flow | Dataset<TensorContainer>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const subject = "evaluate";
  checkOptions(subject, options, ["batchSize"]);
  const { batchSize = 256 } = options;
  checkInteger(subject, "batchSize", batchSize, { min: 1 });
  checkModel(subject, model);
  warnOfSlowBackend(subject);
  return evaluateData(subject, model, evaluationData(subject, model, set, batchSize));
}

/** Labelled data in a fixed order, checked against the model. */
export function evaluationData(
  subject: string,
  model: LayersModel,
  set: ImageSet | Flow | Dataset<TensorContainer>,
  batchSize: number,
  weights?: Float32Array,
): TrainingData {
  if (isDataset(set)) {
    return checkedData(subject, model, datasetData(subject, set, "evaluation"), "evaluation");
  }
  if (isFlow(set)) {
    const flow = usableFlow(subject, set);
    checkImageShape(subject, model, flow.imageShape);
    checkClasses(subject, model, flow.classNames.length);
    return flowData(flow);
  }
  check(
    set instanceof ImageSet,
    subject,
    "an ImageSet, a Flow or a tf.data.Dataset",
    describe(set),
    "pass one of these",
  );
  check(set.length > 0, subject, "at least one image", "an empty set", "pass a set with images");
  checkImageShape(subject, model, set.imageShape);
  let classes = 0;
  for (const label of set.labels) classes = Math.max(classes, label + 1);
  checkClasses(subject, model, classes);
  warnOfScalingTwice(subject, model);
  return flowData(imageFlow(set, { batchSize, shuffle: false }), { weights });
}

/** Throws unless the model gives a probability for each of so many classes. */
function checkClasses(subject: string, model: LayersModel, classes: number): void {
  const { shape } = modelInternals(model).outputs[0];
  check(
    shape.length === 2,
    subject,
    "a model that gives probabilities [batch, classes]",
    `one that gives [${shape.map((extent) => extent ?? "any").join(", ")}]`,
    "pass a classifier, whose last layer is dense with a softmax",
  );
  check(
    shape[1] == null || shape[1] >= classes,
    subject,
    `a model with at least ${classes} outputs, one per class of the images`,
    `${shape[1]} outputs`,
    "build the model with numClasses to match the data",
  );
}

/** Evaluates the first epoch of some data. */
export async function evaluateData(
  subject: string,
  model: LayersModel,
  data: TrainingData,
): Promise<Evaluation> {
  const pause = breather();
  const parts: Float32Array[] = [];
  const labels: number[] = [];
  const sampleWeights: number[] = [];
  for await (const { xs, ys, weights, size } of data.epoch(0)) {
    for (const weight of weights ? await weights.data() : []) sampleWeights.push(weight);
    weights?.dispose();
    const oneHotRows = ys.rank === 2 && (ys.shape[1] ?? 1) > 1;
    const classes = oneHotRows ? argMax(ys, -1) : ys;
    for (const label of await classes.data()) labels.push(label);
    if (classes !== ys) classes.dispose();
    ys.dispose();
    parts.push(await outputOf(model, xs));
    check(
      parts[parts.length - 1].length % size === 0,
      subject,
      "one row of probabilities per image",
      `${parts[parts.length - 1].length} values for ${size} images`,
      "pass a classifier",
    );
    await pause();
  }
  check(labels.length > 0, subject, "at least one batch", "empty data", "pass data with images");
  const { probabilities, shape, classes: yPred } = asPredictions(parts, labels.length);
  const yTrue = Int32Array.from(labels);
  const [n, k] = shape;
  let sum = 0;
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const probability = probabilities[i * k + yTrue[i]];
    checkSample(subject, probability, i, yTrue[i], k);
    sum -= (sampleWeights[i] ?? 1) * Math.log(Math.max(probability, SMALLEST));
    if (yPred[i] === yTrue[i]) correct++;
  }
  return { loss: sum / n, accuracy: correct / n, yTrue, yPred, probabilities };
}

function checkSample(
  subject: string,
  probability: number,
  image: number,
  label: number,
  k: number,
): void {
  check(
    label >= 0 && label < k,
    subject,
    `labels in 0..${k - 1}, the classes of the model`,
    `label ${label} of image ${image}`,
    "build the model with numClasses to match the data",
  );
  check(
    probability >= 0 && probability <= 1.0001,
    subject,
    "a model that gives probabilities in [0, 1]",
    `${probability} for image ${image}`,
    Number.isNaN(probability)
      ? "its weights or the pixels contain NaN: go back to an earlier state of the model"
      : "end the model in a softmax",
  );
}
