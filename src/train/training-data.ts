/**
 * Where a training loop gets its batches from: image sets, flows of a generator, and tf.data
 * pipelines, all behind one interface.
 */
import {
  dispose,
  tensor1d,
  tensor2d,
  tensor4d,
  Tensor,
  tensor_util,
  type TensorContainer,
} from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import { describe } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import { oneHot } from "../dataset/one-hot.ts";
import type { Batch, Flow } from "../augment/flow.ts";
import { release } from "./read-ahead.ts";

/** A batch on the device; whoever receives it disposes its tensors. */
export interface TensorBatch {
  readonly xs: Tensor;
  readonly ys: Tensor;
  /** What each sample's loss is multiplied by, float32 `[size]`. */
  readonly weights?: Tensor;
  readonly size: number;
}

/** The tensors of a batch, in the order in which a training step takes them. */
export function tensorsOf({ xs, ys, weights }: TensorBatch): Tensor[] {
  return weights ? [xs, ys, weights] : [xs, ys];
}

/** Batches of one epoch after the other. */
export interface TrainingData {
  /** Batches in an epoch; `undefined` where only the end of the data tells. */
  readonly steps: number | undefined;
  /** Samples in the first batches of an epoch, where they are known before they come. */
  samplesIn?(steps: number): number;
  /**
   * The batches of an epoch; the same epoch gives the same batches, where the source can.
   * @param from number of the first batch; above 0 only for data of image sets.
   */
  epoch(index: number, from?: number): AsyncIterable<TensorBatch> | Iterable<TensorBatch>;
  /** Releases what is kept from one epoch to the next; no epoch may be under way. */
  close?(): Promise<void>;
}

/**
 * Labels as a model's loss wants them: indices, or a row of probabilities for each sample, with the
 * share `smoothing` of each row spread evenly over the classes.
 */
export type LabelForm = { readonly smoothing: number } | "indices";

/** How the batches of a flow become training data. */
export interface FlowDataOptions {
  /** Whether to leave out the last, short batch; default false. */
  readonly dropRemainder?: boolean;
  /** Default: the flow's own rows if it mixes images, else indices. */
  readonly labels?: LabelForm;
  /** For each image of the set what its loss is multiplied by. */
  readonly weights?: Float32Array;
  /** Looks at the pixels of the first batch of an epoch. */
  readonly onFirst?: (pixels: Float32Array) => void;
  /** Batches to take of each epoch, from its first on; default all. */
  readonly stepsPerEpoch?: number;
}

/** Data of a flow. */
export function flowData(
  flow: Flow,
  {
    dropRemainder = false,
    labels = "indices",
    weights,
    onFirst,
    stepsPerEpoch,
  }: FlowDataOptions = {},
): TrainingData {
  const steps =
    stepsPerEpoch ?? (dropRemainder ? Math.floor(flow.size / flow.batchSize) : flow.length);
  const [height, width, channels] = flow.imageShape;
  return {
    steps,
    samplesIn: (count) => Math.min(count * flow.batchSize, flow.size),
    *epoch(index, from = 0) {
      for (let step = from; step < steps; step++) {
        const batch = flow.batch(index, step);
        const { xs, size, indices } = batch;
        if (step === from) onFirst?.(xs);
        yield {
          xs: tensor4d(xs, [size, height, width, channels]),
          ys: labelTensor(batch, labels, flow.classNames.length),
          ...(weights && { weights: tensor1d(Float32Array.from(indices, (i) => weights[i])) }),
          size,
        };
      }
    },
  };
}

function labelTensor({ ys, targets, size }: Batch, labels: LabelForm, classes: number): Tensor {
  // As floats, which is what metrics of tfjs-layers expect; losses make integers of them.
  if (labels === "indices" && !targets) return tensor1d(Float32Array.from(ys), "float32");
  const rows = targets ?? oneHot(ys, classes);
  const smoothing = labels === "indices" ? 0 : labels.smoothing;
  const spread = smoothing / classes;
  return tensor2d(smoothing === 0 ? rows : rows.map((share) => share * (1 - smoothing) + spread), [
    size,
    classes,
  ]);
}

/**
 * A tf.data pipeline whose elements are batches `{ xs, ys }` or `[xs, ys]`, with a third part
 * `sampleWeight` if there are weights.
 * @param stepsPerEpoch batches in an epoch; the next one goes on in the pipeline where it ended,
 *   and begins it anew when it is exhausted. Default: an epoch is the whole pipeline.
 * @throws {ArgumentError} if that would never end.
 */
export function datasetData(
  subject: string,
  dataset: Dataset<TensorContainer>,
  purpose: "training" | "evaluation",
  stepsPerEpoch?: number,
): TrainingData {
  if (stepsPerEpoch !== undefined) return windowsOf(subject, dataset, stepsPerEpoch);
  if (dataset.size === Infinity) {
    const isTraining = purpose === "training";
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
          yield asBatch(subject, next.value);
        }
      } finally {
        await release(iterator);
      }
    },
  };
}

function windowsOf(
  subject: string,
  dataset: Dataset<TensorContainer>,
  steps: number,
): TrainingData {
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
          yield asBatch(subject, next.value);
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

function asBatch(subject: string, element: TensorContainer): TensorBatch {
  const list: readonly unknown[] | undefined = Array.isArray(element) ? element : undefined;
  const parts = list
    ? { xs: list[0], ys: list[1], sampleWeight: list[2] }
    : (element as { xs?: unknown; ys?: unknown; sampleWeight?: unknown } | null);
  const { xs, ys, sampleWeight: weights } = parts ?? {};
  if (
    isTensor(xs) &&
    isTensor(ys) &&
    xs.dtype !== "string" &&
    ys.dtype !== "string" &&
    xs.rank >= 2 &&
    xs.shape[0] === ys.shape[0] &&
    (weights === undefined || (isTensor(weights) && String(weights.shape) === `${xs.shape[0]}`))
  ) {
    const batch = { xs, ys, ...(weights && { weights }), size: xs.shape[0] };
    // Nobody else gets to see what an element holds beside the batch.
    const used = tensorsOf(batch);
    dispose(tensor_util.getTensorsInContainer(element).filter((tensor) => !used.includes(tensor)));
    return batch;
  }
  const [shapeOfXs, shapeOfYs, shapeOfWeights] = [xs, ys, weights].map((part) =>
    isTensor(part)
      ? `${part.dtype === "string" ? "text " : ""}[${part.shape.join(", ")}]`
      : describe(part),
  );
  dispose(element);
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

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** The same data; once the signal is aborted, the next batch is its reason, thrown. */
export function untilAborted(data: TrainingData, signal: AbortSignal | undefined): TrainingData {
  if (!signal) return data;
  return {
    ...data,
    async *epoch(index, from) {
      for await (const batch of data.epoch(index, from)) {
        if (signal.aborted) dispose(tensorsOf(batch));
        signal.throwIfAborted();
        yield batch;
      }
    },
  };
}

/** Whether a value is a tf.data dataset, of whichever copy of tfjs-data. */
export function isDataset(value: unknown): value is Dataset<TensorContainer> {
  return typeof (value as { iterator?: unknown } | null)?.iterator === "function";
}

/** Whether a value is a {@link Flow}. */
export function isFlow(value: unknown): value is Flow {
  const flow = value as Partial<Flow> | null | undefined;
  return typeof flow?.batch === "function" && typeof flow.epoch === "function";
}
