/**
 * A dense layer that runs in one kernel where the backend has it, and that, when it ends in a
 * softmax, remembers the logits behind its probabilities, as Keras does: the loss takes them from
 * there, because a gradient through rounded probabilities dies where the network is most wrong.
 */
import { add, matMul, softmax, type Tensor, type Tensor2D } from "@tensorflow/tfjs-core";
import { shared } from "../../brand.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";
import { fusibleActivation } from "./activation.ts";

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
    if (x.rank !== 2) return stock(inputs, kwargs);
    if (kwargs.training === true && layer.activation?.getClassName() === "softmax") {
      // No tidy here: the logits must live as long as the step that they belong to.
      layer.invokeCallHook(inputs, kwargs);
      const logits = linear(layer, x);
      const probabilities = softmax(logits);
      logitsOf.set(probabilities, logits);
      return probabilities;
    }
    const activation = fusibleActivation(layer);
    const y = activation === undefined ? undefined : fusedDense(layer, x, activation);
    if (y === undefined) return stock(inputs, kwargs);
    layer.invokeCallHook(inputs, kwargs);
    return y;
  };
};

/** The layer in one kernel, if the backend has it. */
function fusedDense(layer: LayerInternals, x: Tensor, activation: string): Tensor | undefined {
  if (!hasFusedKernel("MatMulBiasActivation")) return undefined;
  const [kernel, bias] = [layer.kernel!.read(), layer.bias?.read()];
  return runFusedKernel("MatMulBiasActivation", { x, kernel, bias }, { activation })[0];
}

/** x kernel + bias with the weights of a layer. */
export function linear(layer: LayerInternals, x: Tensor): Tensor {
  const fused = fusedDense(layer, x, "linear");
  if (fused) return fused;
  const product = matMul(x as Tensor2D, layer.kernel!.read() as Tensor2D);
  return layer.bias ? add(product, layer.bias.read()) : product;
}
