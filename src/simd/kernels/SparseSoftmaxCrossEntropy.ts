import {
  engine,
  type GradConfig,
  type Tensor,
  type TensorInfo,
  type TypedArray,
  util,
} from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../host/backend.ts";
import { defineKernel } from "../kernel.ts";
import { SimdBackendError } from "../simd-error.ts";

const SparseSoftmaxCrossEntropy = "SparseSoftmaxCrossEntropy";
const SparseSoftmaxCrossEntropyGrad = "SparseSoftmaxCrossEntropyGrad";
const BLOCK = 4096;

/** `logits` [n, k], `labels` int32 [n]. */
type Inputs = Record<"logits" | "labels", TensorInfo>;

function tasks([rows, classes]: readonly number[]): { count: number; perTask: number } {
  const perTask = Math.max(1, Math.floor(BLOCK / Math.max(1, classes)));
  return { count: Math.ceil(rows / perTask), perTask };
}

function checkLabels(
  backend: SimdBackend,
  labels: TensorInfo,
  [rows, classes]: readonly number[],
): void {
  if (util.sizeFromShape(labels.shape) !== rows) {
    throw new SimdBackendError(
      SparseSoftmaxCrossEntropy,
      `${rows} labels, one for each row of logits`,
      `labels of shape [${labels.shape.join()}]`,
      "give as many labels as samples",
    );
  }
  const values = backend.data.get(labels.dataId).values as TypedArray;
  const wrong = values.find((label) => !(label >= 0 && label < classes));
  if (wrong === undefined) return;
  throw new SimdBackendError(
    SparseSoftmaxCrossEntropy,
    `labels from 0 to ${classes - 1}`,
    String(wrong),
    "give the model as many outputs as there are classes",
  );
}

/** The loss of each row: log(sum of exp(logits)) - logit of the label. */
export const sparseSoftmaxCrossEntropy = defineKernel<Inputs>(
  SparseSoftmaxCrossEntropy,
  ({ inputs: { logits, labels }, backend }) => {
    if (logits.dtype !== "float32" || labels.dtype !== "int32") return null;
    const [rows, classes] = logits.shape;
    checkLabels(backend, labels, logits.shape);
    const loss = backend.output([rows]);
    const { count, perTask } = tasks(logits.shape);
    backend.run("sparse_cross_entropy_f32", count, [
      ...[backend.pointer(logits), backend.pointer(labels), backend.pointer(loss)],
      ...[rows, classes, perTask],
    ]);
    return loss;
  },
);

/** (softmax - onehot) dy. */
export const sparseSoftmaxCrossEntropyGrad = defineKernel<Inputs & { dy: TensorInfo }>(
  SparseSoftmaxCrossEntropyGrad,
  ({ inputs: { logits, labels, dy }, backend }) => {
    const [rows, classes] = logits.shape;
    const dlogits = backend.output(logits.shape);
    const { count, perTask } = tasks(logits.shape);
    backend.run("sparse_cross_entropy_gradient_f32", count, [
      ...[backend.pointer(logits), backend.pointer(labels), backend.pointer(dlogits)],
      ...[rows, classes, perTask, backend.pointer(dy)],
    ]);
    return dlogits;
  },
);

export const sparseSoftmaxCrossEntropyGradient: GradConfig = {
  kernelName: SparseSoftmaxCrossEntropy,
  inputsToSave: ["logits", "labels"],
  gradFunc: (dy, [logits, labels]) => ({
    logits: () =>
      engine().runKernel(SparseSoftmaxCrossEntropyGrad, { logits, labels, dy: dy as Tensor }),
  }),
};
