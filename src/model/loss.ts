/**
 * Sparse categorical cross-entropy whose gradient never dies.
 *
 * tfjs-layers clips probabilities to [1e-7, 1 - 1e-7] before the logarithm, so that its gradient is
 * exactly zero for a sample whose logit lies 16 or more below the largest: the network cannot
 * unlearn its worst mistakes. Keras goes back to the logits behind the softmax; so do we.
 */
import {
  add,
  cast,
  customGrad,
  div,
  exp,
  expandDims,
  type GradSaveFunc,
  log,
  logSoftmax,
  mul,
  neg,
  oneHot,
  type Rank,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { hasFusedKernel, runFusedKernel } from "./backend/fused-kernels.ts";
import { modelInternals } from "./internals.ts";
import { rememberedLogits } from "./layers/dense.ts";

/** Smallest normal float32: keeps the logarithm of a probability that has underflowed finite. */
const SMALLEST = 2 ** -126;

/**
 * Loss of each sample from logits: log(sum(exp(logits))) - logits[label], without overflow.
 * @param labels int32 `[n]`, each in 0..k-1.
 * @param logits float32 `[n, k]`.
 * @returns float32 `[n]`; the caller owns it.
 */
export function sparseCrossEntropyFromLogits(labels: Tensor1D, logits: Tensor2D): Tensor1D {
  if (hasFusedKernel("SparseSoftmaxCrossEntropy")) {
    return runFusedKernel("SparseSoftmaxCrossEntropy", { logits, labels })[0] as Tensor1D;
  }
  const oneHotLabels = cast(oneHot(labels, logits.shape[1]), "float32");
  const loss = customGrad((z, save) => {
    const logProbabilities = logSoftmax(z as Tensor);
    (save as GradSaveFunc)([logProbabilities, oneHotLabels]);
    return {
      value: neg(sum(mul(oneHotLabels, logProbabilities), 1)),
      gradFunc: (dy: Tensor, [logP, target]: Tensor[]) => [
        mul(sub(exp(logP), target), expandDims(dy, 1)),
      ],
    };
  });
  return loss(logits) as unknown as Tensor1D;
}

/**
 * Loss of each sample from probabilities, for networks whose logits are not at hand. Its gradient
 * lives as long as float32 can tell the probability of the label from 0: a logit margin of about
 * 87, against 16 in tfjs-layers.
 */
export function sparseCrossEntropyFromProbabilities(
  labels: Tensor1D,
  probabilities: Tensor2D,
): Tensor1D {
  const target = cast(oneHot(labels, probabilities.shape[1]), "float32");
  const total = sum(probabilities, 1);
  const ofLabel = div(sum(mul(target, probabilities), 1), total);
  return neg(log(add(ofLabel, SMALLEST)));
}

/** The loss in the form in which tfjs-layers calls it: any shape and dtype of labels. */
function sparseCategoricalCrossentropy(yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = cast(reshape<Rank.R1>(yTrue, [-1]), "int32");
  const logits = rememberedLogits(yPred);
  return logits
    ? sparseCrossEntropyFromLogits(labels, logits as Tensor2D)
    : sparseCrossEntropyFromProbabilities(labels, yPred as Tensor2D);
}

/**
 * Gives a compiled model this loss wherever it names tfjs-layers' `sparseCategoricalCrossentropy`.
 * The model keeps the name, so it is saved and shown as before. Idempotent.
 */
export function withUndyingLoss<Model extends LayersModel>(model: Model): Model {
  const inner = modelInternals(model);
  if (inner.loss === "sparseCategoricalCrossentropy" && inner.lossFunctions) {
    inner.lossFunctions = inner.lossFunctions.map(() => sparseCategoricalCrossentropy);
  }
  return model;
}
