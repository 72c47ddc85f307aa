import { dispose, type TensorContainer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../checks.ts";
import { warnOfSlowBackend } from "../model/backend/warn-of-slow-backend.ts";
import { classNamesOf } from "../model/class-names.ts";
import { anything, integer, readOptions } from "../options.ts";
import { feedOf, kindOf, type ModelImages } from "./feed/feed-of.ts";
import { checkImageModel } from "./feed/model-input.ts";
import { asPredictions, plainViews, outputsOf, type Predictions, type Views } from "./outputs.ts";
import type { TestTimeAugmentation } from "./test-time-augmentation.ts";

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Images in one call of the model; default 256. Changes speed and memory, not the result. */
  readonly batchSize?: number;
  /**
   * Classifies further views of each image, too, and gives the mean of their probabilities (`"six"`: of their
   * logits); default `"none"`. `"flip"` takes twice the time, `"six"` six times.
   */
  readonly testTimeAugmentation?: TestTimeAugmentation;
}

/**
 * Classifies images, batch by batch, giving way to the event loop between batches.
 * @param model any layers model with one input and one output; only read.
 * @param images of a dataset also `{ xs }`, `[xs]` or tensors alone, without labels; bytes are scaled to
 *   [0, 1]; floats are taken as they are, with a warning, once a model, if one is above 2 and the model was
 *   not trained on such. Of a flow its first epoch is classified, in the order of that: make it with
 *   `shuffle: false`, or a warning says once that it shuffles.
 * @throws {ArgumentError} if images do not fit the model, are none or not finite, or the model is
 *   disposed.
 */
export async function predict(
  model: LayersModel,
  images: ModelImages,
  options: PredictOptions = {},
): Promise<Predictions> {
  const subject = "predict";
  const { batchSize, testTimeAugmentation } = readPredictOptions(subject, model, options);
  const call = { subject, model };
  const feed = feedOf(call, images, { purpose: "prediction", batchSize });
  const flow = kindOf(images)?.flow;
  if (flow) (await import("./feed/warn-of-shuffle.ts")).warnOfShuffle(subject, flow);
  const views = await readViews(subject, images, testTimeAugmentation);
  const parts: Float32Array[] = [];
  let n = 0;
  try {
    for await (const { batch, output } of outputsOf(call, feed, views)) {
      // Of labelled images, the labels.
      dispose(batch as unknown as TensorContainer);
      n += batch.size;
      parts.push(output);
    }
  } finally {
    await feed.close?.();
  }
  const predictions = asPredictions(parts, n, classNamesOf(model) ?? feed.classNames);
  const bad = predictions.probabilities.findIndex((value) => !Number.isFinite(value));
  check(
    bad === -1,
    subject,
    "a model that gives finite probabilities",
    bad === -1 ? "" : `NaN for image ${Math.floor(bad / predictions.shape[1])}`,
    "its weights contain NaN: go back to an earlier state of the model",
  );
  return predictions;
}

/** Reads what the functions have in common that ask a model about images; checks the model, too. */
export function readPredictOptions(subject: string, model: LayersModel, options: PredictOptions) {
  const settings = readOptions(subject, options, {
    batchSize: integer({ min: 1, default: 256 }),
    testTimeAugmentation: anything<TestTimeAugmentation | undefined>(),
  });
  checkImageModel(subject, model);
  warnOfSlowBackend(subject);
  return settings;
}

/** The views that an option asks for; loaded with the first call that wants more than one. */
export async function readViews(
  subject: string,
  images: unknown,
  wanted: TestTimeAugmentation = "none",
): Promise<Views> {
  if (wanted === "none") return plainViews;
  const { viewsOf } = await import("./test-time-augmentation.ts");
  return viewsOf(subject, images, wanted);
}
