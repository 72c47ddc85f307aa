/**
 * Cross-entropy, of class indices and of class probabilities, whose gradient never dies.
 *
 * tfjs-layers clips probabilities to [1e-7, 1 - 1e-7] before the logarithm, so that its gradient is
 * exactly zero for a sample whose logit lies 16 or more below the largest: the network cannot
 * unlearn its worst mistakes. Keras goes back to the logits behind the softmax; so do we.
 */
import {
  add,
  argMax,
  cast,
  customGrad,
  div,
  equal,
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
function sparseCrossEntropyFromLogits(labels: Tensor1D, logits: Tensor2D): Tensor1D {
  return hasFusedKernel("SparseSoftmaxCrossEntropy")
    ? (runFusedKernel("SparseSoftmaxCrossEntropy", { logits, labels })[0] as Tensor1D)
    : crossEntropyFromLogits(oneHotRows(labels, logits), logits);
}

/**
 * The same for labels that are probabilities: -sum(target * log(softmax(logits))).
 * @param targets float32 `[n, k]`, rows that sum to 1.
 */
function crossEntropyFromLogits(targets: Tensor2D, logits: Tensor2D): Tensor1D {
  const loss = customGrad((z, save) => {
    const logProbabilities = logSoftmax(z as Tensor);
    (save as GradSaveFunc)([logProbabilities, targets]);
    return {
      value: neg(sum(mul(targets, logProbabilities), 1)),
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
function sparseCrossEntropyFromProbabilities(labels: Tensor1D, probabilities: Tensor2D): Tensor1D {
  const total = sum(probabilities, 1);
  const ofLabel = div(sum(mul(oneHotRows(labels, probabilities), probabilities), 1), total);
  return neg(log(add(ofLabel, SMALLEST)));
}

/** The same for labels that are probabilities. */
function crossEntropyFromProbabilities(targets: Tensor2D, probabilities: Tensor2D): Tensor1D {
  const shares = div(probabilities, sum(probabilities, 1, true));
  return neg(sum(mul(targets, log(add(shares, SMALLEST))), 1));
}

function oneHotRows(labels: Tensor1D, outputs: Tensor2D): Tensor2D {
  // The wasm backend of TensorFlow.js knows rows of integers only.
  return cast(oneHot(labels, outputs.shape[1]), "float32") as Tensor2D;
}

/** Whether labels are rows of probabilities, not indices in whatever shape. */
export function areRows(yTrue: Tensor, yPred: Tensor): boolean {
  return yTrue.rank === yPred.rank && yTrue.shape[1] === yPred.shape[1];
}

/** The loss in the form in which tfjs-layers calls it: any shape and dtype of labels. */
export function crossEntropy(yTrue: Tensor, yPred: Tensor): Tensor {
  const logits = rememberedLogits(yPred) as Tensor2D | undefined;
  if (areRows(yTrue, yPred)) {
    const targets = cast(yTrue, "float32") as Tensor2D;
    return logits
      ? crossEntropyFromLogits(targets, logits)
      : crossEntropyFromProbabilities(targets, yPred as Tensor2D);
  }
  const labels = cast(reshape<Rank.R1>(yTrue, [-1]), "int32");
  return logits
    ? sparseCrossEntropyFromLogits(labels, logits)
    : sparseCrossEntropyFromProbabilities(labels, yPred as Tensor2D);
}

/** Whether each prediction is right; of a row of probabilities the largest is the label. */
export function accuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = areRows(yTrue, yPred) ? argMax(yTrue, -1) : reshape(yTrue, [-1]);
  return cast(equal(cast(labels, "int32"), argMax(yPred, -1)), "float32");
}

/** The losses for which {@link withKerasLoss} cares. */
export const CROSS_ENTROPIES: readonly unknown[] = [
  "sparseCategoricalCrossentropy",
  "categoricalCrossentropy",
];

/**
 * Whether a model's loss takes class indices: tfjs-layers' sparse one, and a user's own function, which
 * gets what that gets.
 */
export function takesIndices(model: LayersModel): boolean {
  const { loss } = modelInternals(model);
  return typeof loss !== "string" || loss === "sparseCategoricalCrossentropy";
}

/**
 * Gives a compiled model this loss wherever it names tfjs-layers' `sparseCategoricalCrossentropy` or
 * `categoricalCrossentropy`; both then take indices as well as rows of probabilities, and so does
 * its accuracy. The model keeps the names, so it is saved and shown as before. Idempotent.
 */
export function withKerasLoss<Model extends LayersModel>(model: Model): Model {
  const inner = modelInternals(model);
  if (CROSS_ENTROPIES.includes(inner.loss) && inner.lossFunctions) {
    inner.lossFunctions = inner.lossFunctions.map(() => crossEntropy);
    inner.metricsTensors = inner.metricsTensors?.map(([metric, output], i) => [
      inner.metricsNames?.[i + 1] === "acc" ? accuracy : metric,
      output,
    ]);
  }
  return model;
}
