/**
 * A dense layer that runs in one kernel where the backend has it, and that, when it ends in a
 * softmax, remembers the logits behind its probabilities, as Keras does: the loss takes them from
 * there, because a gradient through rounded probabilities dies where the network is most wrong.
 */
import { add, matMul, relu, softmax, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { shared } from "../../brand.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";

const logitsOf = /* @__PURE__ */ shared("logits", () => new WeakMap<Tensor, Tensor>());

/** The logits behind softmax outputs, if they are remembered and still alive. */
export function rememberedLogits(probabilities: Tensor): Tensor | undefined {
  const logits = logitsOf.get(probabilities);
  return logits && !logits.isDisposed ? logits : undefined;
}

/** The layer's `call` with Keras's behaviour; `stock` is the one it had. */
export const denseCall: CallFactory = (layer, stock) => {
  return (inputs, kwargs) => {
    const x = onlyTensor(inputs);
    const activation = layer.activation?.getClassName() ?? "linear";
    const known = activation === "linear" || activation === "relu" || activation === "softmax";
    if (kwargs.training !== true || x.rank !== 2 || !known) return stock(inputs, kwargs);
    // No tidy here: the logits must live as long as the step that they belong to.
    layer.invokeCallHook(inputs, kwargs);
    if (activation !== "softmax") return linear(layer, x, activation);
    const logits = linear(layer, x, "linear");
    const probabilities = softmax(logits);
    logitsOf.set(probabilities, logits);
    return probabilities;
  };
};

/** activation(x kernel + bias) with the weights of a layer. */
export function linear(layer: LayerInternals, x: Tensor, activation: "linear" | "relu"): Tensor {
  const kernel = layer.kernel!.read();
  const bias = layer.bias?.read();
  if (hasFusedKernel("MatMulBiasActivation")) {
    return runFusedKernel("MatMulBiasActivation", { x, kernel, bias }, { activation })[0];
  }
  const product = matMul(x as Tensor2D, kernel as Tensor2D);
  const sum = bias ? add(product, bias) : product;
  return activation === "relu" ? relu(sum) : sum;
}
