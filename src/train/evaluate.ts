import { argMax, dispose, mean, type Tensor, tensor2d, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../checks.ts";
import { classNamesOf } from "../model/class-names.ts";
import { type ModelCall, type Feed, tensorsOf } from "./feed/feed.ts";
import { feedOf, type LabelledImages } from "./feed/feed-of.ts";
import { asPredictions, plainViews, outputsOf } from "./outputs.ts";
import { type CompiledMetric, compiledMetrics } from "./run/compiled-model.ts";
import { readPredictOptions, readViews } from "./predict.ts";
import type { TestTimeAugmentation } from "./test-time-augmentation.ts";

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Images in one call of the model; default 256. A flow and a dataset have their own. */
  readonly batchSize?: number;
  /** Measures the mean over several views of each image, as in `predict`; default `"none"`. */
  readonly testTimeAugmentation?: TestTimeAugmentation;
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
  /** The other metrics that the model was compiled with, by the names that a history has. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The name of each class: the model's or, if it knows none, the images'. */
  readonly classNames: readonly string[] | undefined;
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
 * @param images what to measure it on; not modified.
 * @throws {ArgumentError} if the data do not fit the model, are empty, or the model does not give
 *   probabilities.
 */
export async function evaluate(
  model: LayersModel,
  images: LabelledImages,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const subject = "evaluate";
  const { batchSize, testTimeAugmentation } = readPredictOptions(subject, model, options);
  const call = { subject, model };
  const feed = feedOf(call, images, { purpose: "evaluation", batchSize });
  const views = await readViews(subject, images, testTimeAugmentation);
  try {
    return await evaluateFeed(call, feed, views);
  } finally {
    await feed.close?.();
  }
}

/** Measures a model on the first epoch of a feed. */
export async function evaluateFeed(
  call: ModelCall,
  feed: Feed,
  views = plainViews,
): Promise<Evaluation> {
  const { subject, model } = call;
  const parts: Float32Array[] = [];
  const labels: number[] = [];
  const sampleWeights: number[] = [];
  const compiled = new MetricMeans(model);
  for await (const { batch, output } of (feed.outputs ?? outputsOf)(call, feed, views)) {
    const { ys, weights, size } = batch;
    try {
      check(
        output.length % size === 0,
        subject,
        "one row of probabilities per image",
        `${output.length} values for ${size} images`,
        "pass a classifier",
      );
      const given = weights ? await weights.data() : new Float32Array(size).fill(1);
      for (const weight of given) sampleWeights.push(weight);
      const areRows = ys.rank === 2 && (ys.shape[1] ?? 1) > 1;
      const classes = areRows ? argMax(ys, -1) : ys;
      for (const label of await classes.data()) labels.push(label);
      if (classes !== ys) classes.dispose();
      await compiled.add(ys, output, size);
    } finally {
      dispose(tensorsOf(batch));
    }
    parts.push(output);
  }
  const classNames = classNamesOf(model) ?? feed.classNames;
  const { probabilities, shape, classes: yPred } = asPredictions(parts, labels.length, classNames);
  const yTrue = Int32Array.from(labels);
  const [n, k] = shape;
  checkSamples(subject, yTrue, probabilities, k);
  let sum = 0;
  let correct = 0;
  for (let i = 0; i < n; i++) {
    const log = Math.log(Math.max(probabilities[i * k + yTrue[i]], SMALLEST));
    // Engines differ in the last bit of a logarithm; as float32, which the loss is, it is the same.
    sum -= sampleWeights[i] * Math.fround(log);
    if (yPred[i] === yTrue[i]) correct++;
  }
  const measured = { loss: sum / n, accuracy: correct / n, metrics: compiled.means(n) };
  return { ...measured, classNames, yTrue, yPred, probabilities };
}

/** Means of the metrics that a model was compiled with, but accuracy, which {@link evaluate} has anyway. */
class MetricMeans {
  readonly #metrics: readonly CompiledMetric[];
  readonly #sums: Record<string, number> = {};

  constructor(model: LayersModel) {
    this.#metrics = compiledMetrics(model).filter(({ name }) => name !== "accuracy");
  }

  async add(ys: Tensor, output: Float32Array, size: number): Promise<void> {
    for (const { name, of } of this.#metrics) {
      const value = tidy(() => mean(of(ys, tensor2d(output, [size, output.length / size]))));
      this.#sums[name] = (this.#sums[name] ?? 0) + (await value.data())[0] * size;
      value.dispose();
    }
  }

  means(n: number): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / n]));
  }
}

/** Throws unless the model has each true class, and gives it a probability. */
function checkSamples(
  subject: string,
  yTrue: Int32Array,
  probabilities: Float32Array,
  k: number,
): void {
  const stray = yTrue.findIndex((label) => label < 0 || label >= k);
  check(
    stray === -1,
    subject,
    `labels in 0..${k - 1}, the classes of the model`,
    `label ${yTrue[stray]} of image ${stray}`,
    "build the model with numClasses to match the data",
  );
  const probability = (image: number): number => probabilities[image * k + yTrue[image]];
  const wrong = yTrue.findIndex((_, i) => !(probability(i) >= 0 && probability(i) <= 1.0001));
  check(
    wrong === -1,
    subject,
    "a model that gives probabilities in [0, 1]",
    `${probability(wrong)} for image ${wrong}`,
    Number.isNaN(probability(wrong))
      ? "its weights or the pixels contain NaN: go back to an earlier state of the model"
      : "end the model in a softmax",
  );
}
