import { max, min, sum, Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkInteger, checkOptions } from "../checks.ts";
import { warnOfSlowBackend } from "../model/backend/warn-of-slow-backend.ts";
import { warnOfByteLikeFloats } from "./byte-like.ts";
import { readTogether } from "./read-together.ts";
import { breather } from "../event-loop.ts";
import { type ImageRows, imageRows, type ModelImages } from "./image-rows.ts";
import { checkByteRange, checkModel } from "./model-input.ts";
import { asPredictions, outputOf, type Predictions } from "./model-output.ts";
import type { TestTimeAugmentation } from "./test-time-augmentation.ts";

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Images in one call of the model; default 256. Changes speed and memory, not the result. */
  readonly batchSize?: number;
  /**
   * Classifies further views of each image, too, and gives the mean of their probabilities. Default
   * none. `"flip"` takes twice the time.
   */
  readonly testTimeAugmentation?: TestTimeAugmentation;
}

/**
 * Classifies images, batch by batch, giving way to the event loop between batches.
 * @param model any layers model with one input and one output; only read.
 * @param images bytes are scaled to [0, 1]; floats are taken as they are, with a warning, once a
 *   model, if one is above 2 and the model was not trained on such.
 * @throws {ArgumentError} if images do not fit the model, are none or not finite, or the model is
 *   disposed.
 */
export async function predict(
  model: LayersModel,
  images: ModelImages,
  options: PredictOptions = {},
): Promise<Predictions> {
  const subject = "predict";
  checkOptions(subject, options, ["batchSize", "testTimeAugmentation"]);
  const { batchSize = 256, testTimeAugmentation } = options;
  checkInteger(subject, "batchSize", batchSize, { min: 1 });
  checkModel(subject, model);
  warnOfSlowBackend(subject);
  const rows = imageRows(subject, model, images);
  // Bytes are finite, floats have been looked at; a tensor is on the device.
  if (images instanceof Tensor) await checkPixels(subject, model, images);
  let views: readonly ImageRows[] = [rows];
  if (testTimeAugmentation !== undefined) {
    // Loaded with the first prediction that wants more than one.
    const { viewsOf } = await import("./test-time-augmentation.ts");
    views = viewsOf(subject, images, rows, testTimeAugmentation);
  }
  const pause = breather();
  const parts: Float32Array[] = [];
  for (let from = 0; from < rows.length; from += batchSize) {
    const to = Math.min(rows.length, from + batchSize);
    const outputs: Float32Array[] = [];
    for (const view of views) {
      outputs.push(await outputOf(model, view.slice(from, to)));
      await pause();
    }
    parts.push(meanOf(outputs));
  }
  const predictions = asPredictions(parts, rows.length);
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

/** Throws unless the values of a tensor can be pixels. */
async function checkPixels(subject: string, model: LayersModel, images: Tensor): Promise<void> {
  const [total, least, largest] = await readTogether(() => [sum(images), min(images), max(images)]);
  check(
    Number.isFinite(total),
    subject,
    "finite pixels",
    "NaN or infinity",
    "find out where it comes from: a division by 0, or memory that was never filled",
  );
  if (images.dtype === "int32") checkByteRange(subject, "an int32 tensor", least, largest);
  else warnOfByteLikeFloats(subject, model, largest);
}

function meanOf(outputs: readonly Float32Array[]): Float32Array {
  if (outputs.length === 1) return outputs[0];
  return Float32Array.from(
    outputs[0],
    (_, i) => outputs.reduce((total, output) => total + output[i], 0) / outputs.length,
  );
}
