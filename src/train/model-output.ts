/** What a model gives for images, batch by batch. */
import { type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allocate } from "../allocate.ts";

/** What {@link predict} gives. */
export interface Predictions {
  /** Row-major `[n, k]`: for each image the probability of each class. */
  readonly probabilities: Float32Array;
  /** Number of images and of classes. */
  readonly shape: readonly [n: number, k: number];
  /** For each image the class with the largest probability; the first of equals. */
  readonly classes: Int32Array;
}

/** The model's output for one batch, which it disposes. */
export async function outputOf(model: LayersModel, xs: Tensor): Promise<Float32Array> {
  let output: Tensor | undefined;
  try {
    output = tidy(() => model.predictOnBatch(xs) as Tensor);
    return (await output.data()) as Float32Array;
  } finally {
    xs.dispose();
    output?.dispose();
  }
}

/** Outputs of consecutive batches as one. */
export function asPredictions(parts: readonly Float32Array[], n: number): Predictions {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const probabilities = allocate(Float32Array, total, {
    subject: "predict",
    what: `the probabilities of ${n} images`,
    remedy: "pass fewer images at a time",
  });
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
