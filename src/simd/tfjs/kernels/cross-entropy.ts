import { engine, type GradConfig, type Tensor, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { sparseCrossEntropy, sparseCrossEntropyGradient } from "../../plans/reduce.ts";
import { SimdBackendError } from "../../simd-error.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

const SparseSoftmaxCrossEntropy = "SparseSoftmaxCrossEntropy";
const SparseSoftmaxCrossEntropyGrad = "SparseSoftmaxCrossEntropyGrad";

/** `logits` [n, k], `labels` int32 [n]. */
type Inputs = Record<"logits" | "labels", TensorInfo>;

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
  backend.checkRange(
    labels,
    classes,
    (wrong) =>
      new SimdBackendError(
        SparseSoftmaxCrossEntropy,
        `labels from 0 to ${classes - 1}`,
        String(wrong),
        "give the model as many outputs as there are classes",
      ),
  );
}

/** The loss of each row: log(sum of exp(logits)) - logit of the label. */
const lossKernel = defineKernel<Inputs>(
  SparseSoftmaxCrossEntropy,
  ({ inputs: { logits, labels }, backend }) => {
    if (logits.dtype !== "float32" || labels.dtype !== "int32") return null;
    checkLabels(backend, labels, logits.shape);
    const loss = backend.output([logits.shape[0]]);
    backend.run(
      ["SparseSoftmaxCrossEntropy", logits.shape],
      {
        logits: backend.pointer(logits),
        labels: backend.pointer(labels),
        loss: backend.pointer(loss),
      },
      (plan, places) => {
        sparseCrossEntropy(plan, logits.shape, places);
      },
    );
    return loss;
  },
);

/** (softmax - onehot) dy. */
const gradientKernel = defineKernel<Inputs & { dy: TensorInfo }>(
  SparseSoftmaxCrossEntropyGrad,
  ({ inputs: { logits, labels, dy }, backend }) => {
    const dlogits = backend.output(logits.shape);
    backend.run(
      ["SparseSoftmaxCrossEntropyGrad", logits.shape],
      {
        logits: backend.pointer(logits),
        labels: backend.pointer(labels),
        dlogits: backend.pointer(dlogits),
        dy: backend.pointer(dy),
      },
      (plan, places) => {
        sparseCrossEntropyGradient(plan, logits.shape, places);
      },
    );
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

export const crossEntropyKernels: readonly SimdKernel[] = [lossKernel, gradientKernel];
