/**
 * Where a training loop gets its batches from: image sets, flows of a generator, and tf.data
 * pipelines, all behind one interface.
 */
import {
  cast,
  dispose,
  oneHot,
  tensor1d,
  tensor4d,
  Tensor,
  type TensorContainer,
  tidy,
} from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import { describe } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import type { Flow } from "../augment/flow.ts";

/** A batch on the device; whoever receives it disposes it. */
export interface TensorBatch {
  readonly xs: Tensor;
  readonly ys: Tensor;
  readonly size: number;
}

/** Batches of one epoch after the other. */
export interface TrainingData {
  /** Batches in an epoch; `undefined` where only the end of the data tells. */
  readonly steps: number | undefined;
  /** Whether its pixels come from bytes, and so are known to be finite. */
  readonly finite: boolean;
  /**
   * The batches of an epoch; the same epoch gives the same batches, where the source can.
   * @param from number of the first batch; above 0 only for data of image sets.
   */
  epoch(index: number, from?: number): AsyncIterable<TensorBatch> | Iterable<TensorBatch>;
}

/** Labels as a model's loss wants them: indices, or one row per sample. */
export type LabelForm = { readonly oneHot: number } | "indices";

/** Data of a flow: all its batches, or only the full ones. */
export function flowData(
  flow: Flow,
  {
    dropRemainder = false,
    labels = "indices",
  }: { dropRemainder?: boolean; labels?: LabelForm } = {},
): TrainingData {
  const steps = dropRemainder ? Math.floor(flow.size / flow.batchSize) : flow.length;
  const [height, width, channels] = flow.imageShape;
  return {
    steps,
    finite: true,
    *epoch(index, from = 0) {
      for (let step = from; step < steps; step++) {
        const { xs, ys, size } = flow.batch(index, step);
        yield {
          xs: tensor4d(xs, [size, height, width, channels]),
          ys: labelTensor(ys, labels),
          size,
        };
      }
    },
  };
}

function labelTensor(ys: Int32Array, labels: LabelForm): Tensor {
  const indices = tensor1d(ys, "int32");
  if (labels === "indices") return indices;
  const rows = tidy(() => cast(oneHot(indices, labels.oneHot), "float32"));
  indices.dispose();
  return rows;
}

/** A tf.data pipeline whose elements are batches `{ xs, ys }` or `[xs, ys]`. */
export function datasetData(subject: string, dataset: Dataset<TensorContainer>): TrainingData {
  return {
    finite: false,
    steps: dataset.size > 0 && Number.isFinite(dataset.size) ? dataset.size : undefined,
    async *epoch() {
      const iterator = await dataset.iterator();
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield asBatch(subject, next.value);
      }
    },
  };
}

function asBatch(subject: string, element: unknown): TensorBatch {
  const parts = Array.isArray(element)
    ? { xs: element[0] as unknown, ys: element[1] as unknown }
    : (element as { xs?: unknown; ys?: unknown } | null);
  const { xs, ys } = parts ?? {};
  if (isTensor(xs) && isTensor(ys) && xs.rank >= 2 && xs.shape[0] === ys.shape[0]) {
    return { xs, ys, size: xs.shape[0] };
  }
  const [shapeOfXs, shapeOfYs] = [xs, ys].map((part) =>
    isTensor(part) ? `[${part.shape.join(", ")}]` : describe(part),
  );
  dispose([xs, ys].filter(isTensor));
  throw new ArgumentError({
    subject,
    expected: "the dataset to give batches { xs: [batch, ...], ys: [batch] } of tensors",
    got: `xs ${shapeOfXs} and ys ${shapeOfYs}`,
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
        if (signal.aborted) dispose([batch.xs, batch.ys]);
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
