import {
  backend as startBackend,
  findBackendFactory,
  getBackend,
  getKernel,
  registerKernel,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { describe } from "../../checks.ts";
import { BackendError } from "../../errors.ts";
import { composedConv2DBackpropFilter, composedConv2DBackpropInput } from "./conv2d-gradients.ts";
import { composedMaxPoolGrad } from "./max-pool-gradient.ts";

/** Kernels that one training step of a convolutional network runs on any backend. */
// prettier-ignore
const NEEDED_KERNELS = [
  "Add", "ArgMax", "BatchMatMul", "Cast", "Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput",
  "Equal", "Exp", "FusedBatchNorm", "FusedConv2D", "Log", "Max", "MaxPool", "MaxPoolGrad", "Mean",
  "Multiply", "Neg", "OneHot", "RealDiv", "Relu", "Reshape", "Rsqrt", "Softmax", "Sqrt", "Square",
  "Step", "Sub", "Sum", "Transpose", "_FusedMatMul",
] as const;

/**
 * Makes sure that a backend can train a convolutional network. Called by {@link buildCifarModel}
 * and by the training loops; idempotent.
 *
 * A backend without `Conv2DBackpropFilter`, which is the official `wasm` backend, gets kernels
 * composed of others that it has: that gradient; the input gradient for stride 1, which is faster
 * than its own; and `MaxPoolGrad`, because its own loses the gradient of windows without a positive
 * value.
 *
 * @param backend name of a registered backend; default: the active one or, as for every operation
 *   of tfjs, the registered one of the highest priority.
 * @throws {BackendError} if no backend can be started without waiting, or if it lacks kernels that
 *   cannot be composed: the message names them.
 */
export function ensureTrainable(backend: string = activeBackend()): void {
  if (typeof backend !== "string" || !findBackendFactory(backend)) {
    throw new BackendError({
      subject: "ensureTrainable",
      expected: "the name of a registered backend",
      got: describe(backend),
      remedy: "import or register the backend first",
    });
  }
  const has = (kernelName: string): boolean => getKernel(kernelName, backend) != null;
  if (!has("Conv2DBackpropFilter") && has("Conv2DBackpropInput") && has("MaxPoolGrad")) {
    const stock = getKernel("Conv2DBackpropInput", backend).kernelFunc;
    registerKernel(composedConv2DBackpropFilter(backend));
    unregisterKernel("Conv2DBackpropInput", backend);
    registerKernel(composedConv2DBackpropInput(backend, stock));
    unregisterKernel("MaxPoolGrad", backend);
    registerKernel(composedMaxPoolGrad(backend));
  }
  const missing = NEEDED_KERNELS.filter((name) => !has(name));
  if (missing.length > 0) {
    throw new BackendError({
      subject: "ensureTrainable",
      expected: `the kernels of a convolutional network's training step on backend "${backend}"`,
      got: `no ${missing.join(", ")}`,
      remedy:
        "choose a backend that has them (simd, cpu, webgl, webgpu or wasm) with tf.setBackend, " +
        "or import the backend's package if it is not registered yet",
    });
  }
}

function activeBackend(): string {
  try {
    startBackend();
  } catch (error) {
    throw new BackendError({
      subject: "ensureTrainable",
      expected: "an active TensorFlow.js backend",
      got: "none",
      remedy:
        "choose one first: e.g. `await registerSimdBackend(); await tf.setBackend('simd')`, or import " +
        "'@tensorflow/tfjs-backend-wasm' and `await tf.setBackend('wasm')`",
      cause: error,
    });
  }
  return getBackend();
}
