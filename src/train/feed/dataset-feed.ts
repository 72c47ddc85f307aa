import { dispose, Tensor, tensor_util, type TensorContainer, zeros } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import { check, describe, isOf } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import {
  type ModelCall,
  type Feed,
  type FeedUse,
  type LabelledBatch,
  tensorsOf,
  type TrainingUse,
} from "./feed.ts";
import { release } from "./read-ahead.ts";

/**
 * A tf.data pipeline whose elements are batches `{ xs, ys }` or `[xs, ys]`, with a third part
 * `sampleWeight` if there are weights. With `stepsPerEpoch` the next epoch goes on in the pipeline where
 * the last one ended, and begins it anew when it is exhausted; else an epoch is the whole pipeline.
 * To be asked about, pictures need no labels: `{ xs }`, `[xs]` or the tensor alone.
 * @throws {ArgumentError} if that would never end, or an option is for image sets only.
 */
export function datasetFeed(
  call: ModelCall,
  dataset: Dataset<TensorContainer>,
  use: FeedUse,
): Feed {
  const { subject } = call;
  const isTraining = use.purpose === "training";
  if (isTraining) checkUse(subject, use);
  const read = (element: TensorContainer): LabelledBatch =>
    asBatch(subject, element, use.purpose === "prediction");
  const feed =
    isTraining && use.stepsPerEpoch !== undefined
      ? windowsOf(dataset, use.stepsPerEpoch, read)
      : wholeOf(subject, dataset, isTraining, read);
  return {
    ...feed,
    async *epoch(index, from) {
      // Loaded with the first pipeline.
      const { checkedBatches } = await import("./checked-batches.ts");
      yield* checkedBatches(call, feed.epoch(index, from), use.purpose);
    },
  };
}

function checkUse(subject: string, use: TrainingUse): void {
  const { augmentation, dropRemainder, imageSize, labelSmoothing } = use;
  const given = [augmentation, dropRemainder, imageSize].some((option) => option !== undefined);
  check(
    !given && labelSmoothing === 0,
    subject,
    "augmentation, dropRemainder, imageSize and labelSmoothing with an ImageSet only",
    "a dataset beside them",
    "put augmentation, batching, sizes and smoothed labels into the dataset's own pipeline",
  );
}

function wholeOf(
  subject: string,
  dataset: Dataset<TensorContainer>,
  isTraining: boolean,
  read: (element: TensorContainer) => LabelledBatch,
): Feed {
  if (dataset.size === Infinity) {
    throw new ArgumentError({
      subject,
      expected: `a dataset with an end${isTraining ? ", or stepsPerEpoch" : ""}`,
      got: "one that goes on for ever, as .repeat() without a number makes it",
      remedy: `cut it with .take(batches)${isTraining ? ", or pass stepsPerEpoch" : ""}`,
    });
  }
  return {
    steps: dataset.size > 0 && Number.isFinite(dataset.size) ? dataset.size : undefined,
    async *epoch() {
      const iterator = await dataset.iterator();
      try {
        for (;;) {
          const next = await iterator.next();
          if (next.done) return;
          yield read(next.value);
        }
      } finally {
        await release(iterator);
      }
    },
  };
}

function windowsOf(
  dataset: Dataset<TensorContainer>,
  steps: number,
  read: (element: TensorContainer) => LabelledBatch,
): Feed {
  let iterator: Awaited<ReturnType<typeof dataset.iterator>> | undefined;
  const close = async (): Promise<void> => {
    const last = iterator;
    iterator = undefined;
    await release(last);
  };
  return {
    steps,
    async *epoch() {
      for (let step = 0, atStart = false; step < steps;) {
        atStart = iterator === undefined;
        iterator ??= await dataset.iterator();
        const next = await iterator.next();
        if (!next.done) {
          yield read(next.value);
          step++;
          continue;
        }
        await close();
        // An empty pipeline would be begun anew for ever.
        if (atStart) return;
      }
    },
    close,
  };
}

/** @param isBare whether pictures without labels will do. */
function asBatch(subject: string, element: TensorContainer, isBare: boolean): LabelledBatch {
  const list = Array.isArray(element)
    ? element
    : isBare && isTensor(element)
      ? [element]
      : undefined;
  const parts = list
    ? { xs: list[0], ys: list[1], sampleWeight: list[2] }
    : (element as { xs?: unknown; ys?: unknown; sampleWeight?: unknown } | null);
  const { xs, sampleWeight: weights } = parts ?? {};
  const ys =
    parts?.ys ?? (isBare && isNumeric(xs) && xs.rank > 0 ? zeros([xs.shape[0]]) : undefined);
  if (
    isNumeric(xs) &&
    isNumeric(ys) &&
    xs.rank >= 2 &&
    xs.shape[0] === ys.shape[0] &&
    (weights === undefined || (isNumeric(weights) && String(weights.shape) === `${xs.shape[0]}`))
  ) {
    const batch = { xs, ys, ...(weights && { weights }), size: xs.shape[0] };
    // Nobody else gets to see what an element holds beside the batch.
    const used = tensorsOf(batch);
    dispose(tensor_util.getTensorsInContainer(element).filter((tensor) => !used.includes(tensor)));
    return batch;
  }
  const [shapeOfXs, shapeOfYs, shapeOfWeights] = [xs, ys, weights].map((part) =>
    isTensor(part) ? `${ODD.get(part.dtype) ?? ""}[${part.shape.join(", ")}]` : describe(part),
  );
  dispose([element, ys as TensorContainer]);
  throw new ArgumentError({
    subject,
    expected:
      "the dataset to give batches { xs: [batch, ...], ys: [batch] } of tensors, with " +
      "sampleWeight: [batch] if there are weights",
    got:
      `xs ${shapeOfXs} and ys ${shapeOfYs}` +
      (weights === undefined ? "" : ` and sampleWeight ${shapeOfWeights}`),
    remedy: "map its elements to that form and call .batch(batchSize)",
  });
}

const isTensor = (value: unknown): value is Tensor => isOf(value, Tensor);

/** Tensors of what no model takes. */
const ODD: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["string", "text "],
  ["complex64", "complex "],
]);

const isNumeric = (value: unknown): value is Tensor => isTensor(value) && !ODD.has(value.dtype);
