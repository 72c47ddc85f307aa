import { type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkInteger, checkOptions } from "../checks.ts";
import { breather } from "./event-loop.ts";
import { checkModel, imageRows, type ModelImages } from "./model-input.ts";

/** Options of {@link predict}. */
export interface PredictOptions {
  /** Images in one call of the model; default 256. Changes speed and memory, not the result. */
  readonly batchSize?: number;
}

/** What {@link predict} gives. */
export interface Predictions {
  /** Row-major `[n, k]`: for each image the probability of each class. */
  readonly probabilities: Float32Array;
  readonly shape: readonly [n: number, k: number];
  /** For each image the class with the largest probability; the first of equals. */
  readonly classes: Int32Array;
}

/**
 * Classifies images, batch by batch, giving way to the event loop between batches.
 * @param images bytes are scaled to [0, 1]; floats are taken as they are.
 * @throws {ArgumentError} if images do not fit the model, are none or not finite, or the model is
 *   disposed.
 */
export async function predict(
  model: LayersModel,
  images: ModelImages,
  options: PredictOptions = {},
): Promise<Predictions> {
  const subject = "predict";
  checkOptions(subject, options, ["batchSize"]);
  const { batchSize = 256 } = options;
  checkInteger(subject, "batchSize", batchSize, { min: 1 });
  checkModel(subject, model);
  const rows = imageRows(subject, model, images);
  const pause = breather();
  const parts: Float32Array[] = [];
  for (let from = 0; from < rows.length; from += batchSize) {
    parts.push(await outputOf(model, rows.slice(from, Math.min(rows.length, from + batchSize))));
    await pause();
  }
  return asPredictions(parts, rows.length);
}

/** The model's output for one batch, which it disposes. */
export async function outputOf(model: LayersModel, xs: Tensor): Promise<Float32Array> {
  const output = tidy(() => model.predictOnBatch(xs) as Tensor);
  xs.dispose();
  try {
    return (await output.data()) as Float32Array;
  } finally {
    output.dispose();
  }
}

/** Outputs of consecutive batches as one. */
export function asPredictions(parts: readonly Float32Array[], n: number): Predictions {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const probabilities = new Float32Array(total);
  let at = 0;
  for (const part of parts) {
    probabilities.set(part, at);
    at += part.length;
  }
  const k = total / n;
  const classes = new Int32Array(n);
  for (let i = 0; i < n; i++) classes[i] = argMax(probabilities, i * k, k);
  return { probabilities, shape: [n, k], classes };
}

function argMax(values: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (values[from + j] > values[from + best]) best = j;
  return best;
}
