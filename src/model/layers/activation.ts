/**
 * Activations that run in one kernel, forward and backward, where the backend has it: TensorFlow.js
 * composes many of them, and the gradients of most, of several operations.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { shared } from "../../brand.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";

/** Those of them that are no kernel's business: softmax, which is no function of one element. */
const FUSIBLE: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...["elu", "gelu", "gelu_new", "hardSigmoid", "mish", "relu", "relu6"],
  ...["selu", "sigmoid", "softplus", "softsign", "swish", "tanh"],
]);

type Activation = NonNullable<LayerInternals["activation"]>;

const fused = /* @__PURE__ */ shared("activations", () => new WeakSet<Activation>());

/** The name of a layer's activation if a product's kernel may apply it; `linear` if it has none. */
export function fusibleActivation({ activation }: LayerInternals): string | undefined {
  const name = activation?.getClassName() ?? "linear";
  return name === "linear" || FUSIBLE.has(name) ? name : undefined;
}

/** Makes a layer apply its activation by the kernel where the backend has it. */
export function fuseActivation({ activation }: LayerInternals): void {
  if (!activation || fused.has(activation) || !FUSIBLE.has(activation.getClassName())) return;
  fused.add(activation);
  const name = activation.getClassName();
  const stock = activation.apply.bind(activation);
  activation.apply = (x, ...parameters) =>
    parameters.length === 0 && fits(x) ? applied(x, name) : stock(x, ...parameters);
}

function fits(x: Tensor): boolean {
  return x.dtype === "float32" && hasFusedKernel("Activation");
}

function applied(x: Tensor, activation: string, alpha = 0): Tensor {
  return runFusedKernel("Activation", { x }, { activation, alpha })[0];
}

/** The `call` of a layer that is an activation with parameters of its own. */
function activationCall(
  nameOf: (layer: never) => { name: string; alpha?: number } | null,
): CallFactory {
  return (layer, stock) => (inputs, kwargs) => {
    const x = onlyTensor(inputs);
    const activation = nameOf(layer as never);
    if (activation === null || !fits(x)) return stock(inputs, kwargs);
    layer.invokeCallHook(inputs, kwargs);
    return applied(x, activation.name, activation.alpha);
  };
}

/** ReLU without a bound, or with the bound 6. */
export const reluCall: CallFactory = /* @__PURE__ */ activationCall(
  ({ maxValue }: { maxValue?: number | null }) => {
    if (maxValue == null) return { name: "relu" };
    return maxValue === 6 ? { name: "relu6" } : null;
  },
);

export const leakyReluCall: CallFactory = /* @__PURE__ */ activationCall(
  ({ alpha }: { alpha: number }) => ({ name: "leakyrelu", alpha }),
);
