/** What a model gives for images, batch by batch. */
import { dispose, type Tensor, type TensorContainer, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allocate } from "../bytes/allocate.ts";
import { check } from "../checks.ts";
import { mostProbable } from "../metrics/scores.ts";
import { canRecord, FEW } from "../model/backend/recorder.ts";
import type { Repeated } from "../model/repeated.ts";
import { createPause } from "../runtime/event-loop.ts";
import type { Batch, Feed, ModelCall } from "./feed/feed.ts";

/** What {@link predict} gives. */
export interface Predictions {
  /** The name of each class: the model's or, if it knows none, the images'. */
  readonly classNames: readonly string[] | undefined;
  /** Row-major `[n, k]`: for each image the probability of each class. */
  readonly probabilities: Float32Array;
  /** Number of images and of classes. */
  readonly shape: readonly [n: number, k: number];
  /** For each image the class with the largest probability; the first of equals. */
  readonly classes: Int32Array;
}

/** What a model is shown of each image, and what is made of its answers. */
export interface Views {
  /** Gives the tensors of all views of a batch, one after the other; who takes them disposes them. */
  readonly of: (batch: Batch) => Iterable<Tensor>;
  /** The answer for n images out of those for their views; default the mean. */
  readonly mean?: (outputs: readonly Float32Array[], n: number) => Float32Array;
}

/** Every batch, as it is. */
export const plainViews: Views = { of: ({ xs }) => [xs] };

/**
 * The model's outputs for the first epoch of a feed, batch by batch: means over all views. Gives way to
 * the event loop in between. The labels of a batch are left to the caller.
 * @throws {ArgumentError} in the end, if there was no batch.
 */
export async function* outputsOf<B extends Batch>(
  { subject, model }: ModelCall,
  feed: Feed<B>,
  views: Views,
): AsyncGenerator<{ readonly batch: B; readonly output: Float32Array }> {
  const pause = createPause();
  let repeated: Repeated | undefined;
  let calls = 0;
  try {
    for await (const batch of feed.epoch(0)) {
      const outputs: Float32Array[] = [];
      let output: Float32Array;
      try {
        for (const xs of views.of(batch)) {
          if (calls++ === FEW && canRecord()) {
            repeated = (await import("../model/repeated.ts")).repeatedCalls(model);
          }
          outputs.push(await outputOf(model, xs, repeated));
          await pause();
        }
        output = (views.mean ?? meanOf)(outputs, batch.size);
      } catch (error) {
        dispose(batch as unknown as TensorContainer);
        throw error;
      }
      yield { batch, output };
    }
  } finally {
    repeated?.dispose();
  }
  check(calls > 0, subject, "at least one batch", "empty data", "pass data with images");
}

function meanOf(outputs: readonly Float32Array[]): Float32Array {
  if (outputs.length === 1) return outputs[0];
  return Float32Array.from(
    outputs[0],
    (_, i) => outputs.reduce((total, output) => total + output[i], 0) / outputs.length,
  );
}

/** The model's output for one batch, which it disposes. */
async function outputOf(
  model: LayersModel,
  xs: Tensor,
  repeated?: Repeated,
): Promise<Float32Array> {
  const compute = (): Tensor[] => [tidy(() => model.predictOnBatch(xs) as Tensor)];
  let output: Tensor | undefined;
  try {
    [output] = repeated ? repeated.run([xs], compute) : compute();
    return (await output.data()) as Float32Array;
  } finally {
    xs.dispose();
    output?.dispose();
  }
}

/** Outputs of consecutive batches as one. */
export function asPredictions(
  parts: readonly Float32Array[],
  n: number,
  classNames: readonly string[] | undefined,
): Predictions {
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
  const classes = Int32Array.from({ length: n }, (_, i) => mostProbable(probabilities, k, i));
  return { classNames, probabilities, shape: [n, k], classes };
}
