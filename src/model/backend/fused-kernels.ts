/**
 * Kernels that do in one pass what a layer or the optimizer otherwise composes of many.
 *
 * A backend offers one by registering it in TensorFlow.js's kernel registry under these names, with
 * its gradient; `cifar-kit/simd` does. Where the active backend has none, the same result is
 * composed from standard operations. Model code asks the registry and knows no backend.
 *
 * | name | inputs | attributes | outputs |
 * |---|---|---|---|
 * | `Conv2DBiasActivation` | x `[b,h,w,ci]`, filter `[fh,fw,ci,co]`, bias? `[co]` | strides, pad, dilations, activation | y |
 * | `MatMulBiasActivation` | x `[m,k]`, kernel `[k,n]`, bias? `[n]` | activation | y |
 * | `Activation` | x | activation, alpha of `leakyrelu` | y |
 * | `BatchNormTraining` | x `[...,c]`, gamma? `[c]`, beta? `[c]` | epsilon | y, mean, biased variance |
 * | `SeededDropout` | x | rate, seed | y |
 * | `SparseSoftmaxCrossEntropy` | logits `[n,k]`, labels int32 `[n]` | | loss `[n]` |
 * | `LayerNormalization` | x, gamma and beta of the shape of its last axes | epsilon, axes: how many | y; more for its gradient |
 * | `LstmSequence` | z `[t,b,4u]` (the inputs' share of the gates, time first), kernel `[u,4u]`, h? and c? `[b,u]` | activation, recurrentActivation | h `[t+1,b,u]` (that before the first step included), last c; more for its gradient |
 * | `GruSequence` | z `[t,b,3u]`, kernel `[u,2u]` of the gates, stateKernel `[u,u]`, h? | the same | h; more for its gradient |
 * | `SimpleRnnSequence` | z `[t,b,u]`, kernel `[u,u]`, h? | the same | h |
 * | `AdamUpdate` | list of variable, gradient, m, v, variable, ... | beta1, beta2, alpha, epsilon | none: updates in place |
 * | `SgdUpdate` | list of variable, gradient, velocity (with momentum only), variable, ... | learningRate, momentum, nesterov | none: updates in place |
 * | `StockUpdate` | what TensorFlow.js's optimizer keeps as scalars, then variable, gradient, its states, variable, ... | rule, learningRate, decay1, decay2, epsilon | none: updates in place, with the bits of TensorFlow.js |
 *
 * An activation is one that tfjs-layers names, but softmax, or `linear`. Kernels may have further outputs,
 * for their gradients.
 */
import {
  engine,
  getBackend,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
} from "@tensorflow/tfjs-core";

/** Names of the optional kernels. */
type FusedKernelName =
  | "Conv2DBiasActivation"
  | "MatMulBiasActivation"
  | "Activation"
  | "BatchNormTraining"
  | "SeededDropout"
  | "SparseSoftmaxCrossEntropy"
  | "LayerNormalization"
  | "LstmSequence"
  | "GruSequence"
  | "SimpleRnnSequence"
  | "AdamUpdate"
  | "SgdUpdate"
  | "StockUpdate";

/** Whether the active backend has the kernel. */
export function hasFusedKernel(name: FusedKernelName): boolean {
  return getKernel(name, getBackend()) != null;
}

/** Runs a kernel of the active backend with its gradient recorded; absent inputs are left out. */
export function runFusedKernel(
  name: FusedKernelName,
  inputs: Record<string, Tensor | null | undefined> | readonly Tensor[],
  attributes: NamedAttrMap = {},
): Tensor[] {
  const present = Array.isArray(inputs)
    ? (inputs as unknown as NamedTensorMap)
    : (Object.fromEntries(
        Object.entries(inputs).filter(([, tensor]) => tensor != null),
      ) as NamedTensorMap);
  const outputs: Tensor | Tensor[] = engine().runKernel(name, present, attributes);
  return Array.isArray(outputs) ? outputs : [outputs];
}
