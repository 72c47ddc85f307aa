import { backend_util, engine, type TensorInfo, util } from "@tensorflow/tfjs-core";
import {
  activationGradient,
  type ActivationGradient,
  followsFrom,
  unary,
} from "../plans/element-wise.ts";
import { type Activation, LINEAR } from "../plans/epilogue.ts";
import { floatBits } from "../plans/plan.ts";
import type { SimdBackend } from "./backend.ts";
import type { PendingData } from "./tensor-record.ts";

const { SELU_SCALE, SELU_SCALEALPHA } = backend_util;

/** Operations by the names of activations of tfjs-layers, and of tfjs's fused operations. */
const OPERATIONS = {
  elu: "Elu",
  gelu: "Gelu",
  gelu_new: "GeluNew",
  hardSigmoid: "HardSigmoid",
  leakyrelu: "LeakyRelu",
  mish: "Mish",
  relu: "Relu",
  relu6: "Relu6",
  selu: "Selu",
  sigmoid: "Sigmoid",
  softplus: "Softplus",
  softsign: "Softsign",
  swish: "Swish",
  tanh: "Tanh",
} as const satisfies Readonly<Record<string, ActivationGradient>>;

/** The operation of this name; null of one that does nothing. */
export function activationOf(name: string): ActivationGradient | null {
  return name === "linear" ? null : OPERATIONS[name as keyof typeof OPERATIONS];
}

/** What an activation's gradient needs. */
export interface ActivationAttrs {
  readonly activation: string;
  /** Of leakyrelu. */
  readonly alpha?: number;
}

/**
 * What a kernel with an activation returns: y, and where a gradient may be asked for, the data that it is
 * computed from. These have no elements of their own: for an output whose gradient nobody asks, tfjs
 * makes as many zeros.
 */
export function withKept(backend: SimdBackend, y: TensorInfo, kept: TensorInfo): TensorInfo[] {
  return isRecording() ? [y, backend.share(kept, [0])] : [y];
}

/** Whether the tape takes down what is computed. */
export function isRecording(): boolean {
  return engine().state.gradientDepth > 0;
}

/** The activation of float32 `x`. */
export function activated(
  backend: SimdBackend,
  op: ActivationGradient,
  x: TensorInfo,
  alpha: number,
): TensorInfo {
  const length = util.sizeFromShape(x.shape);
  const [p, q] = op === "Selu" ? [SELU_SCALE, SELU_SCALEALPHA] : [alpha, 0];
  const from = backend.pointer(x);
  const y = backend.output(x.shape);
  backend.run(
    [op, "float32", length],
    { x: from, out: backend.pointer(y), p: floatBits(p), q: floatBits(q) },
    (plan, places) => {
      unary(plan, op, length, places);
    },
  );
  return y;
}

/** Whether the gradient of `op` is computed from its output. */
export function keepsOutput(op: ActivationGradient): boolean {
  return followsFrom(op).output;
}

/**
 * What a product with an activation returns. The activation goes with the product's last pass, unless its
 * gradient will be computed from what the product is before it.
 */
export function activatedProduct(
  backend: SimdBackend,
  { activation: name, alpha = 0 }: ActivationAttrs,
  multiply: (activation: Activation) => TensorInfo,
): TensorInfo[] {
  const op = activationOf(name);
  if (op === null) return [multiply(LINEAR)];
  if (keepsOutput(op) || !isRecording()) {
    const y = multiply({ name: op, alpha });
    return withKept(backend, y, y);
  }
  const x = multiply(LINEAR);
  const outputs = withKept(backend, activated(backend, op, x, alpha), x);
  backend.disposeIntermediateTensorInfo(x);
  return outputs;
}

/** dy times the slope of an activation of what is not computed yet, so that both may be in one pass. */
export class ActivationGradientOutput implements PendingData {
  readonly op: ActivationGradient;
  readonly alpha: number;
  readonly #backend: SimdBackend;
  readonly #dy: TensorInfo;
  readonly #kept: TensorInfo;

  constructor(
    backend: SimdBackend,
    op: ActivationGradient,
    { dy, kept }: Record<"dy" | "kept", TensorInfo>,
    alpha: number,
  ) {
    this.#backend = backend;
    this.op = op;
    this.alpha = alpha;
    [this.#dy, this.#kept] = [dy, kept].map((tensor) => backend.share(tensor));
  }

  get dy(): TensorInfo {
    return this.#dy;
  }

  get kept(): TensorInfo {
    return this.#kept;
  }

  compute(dx: number): void {
    passBack(this.#backend, this.op, { dy: this.#dy, kept: this.#kept }, this.alpha, dx);
  }

  release(): void {
    for (const tensor of [this.#dy, this.#kept]) {
      this.#backend.disposeIntermediateTensorInfo(tensor);
    }
  }
}

/** Writes dy times the slope. */
export function passBack(
  backend: SimdBackend,
  op: ActivationGradient,
  { dy, kept }: Record<"dy" | "kept", TensorInfo>,
  alpha: number,
  dx: number,
): void {
  const length = util.sizeFromShape(dy.shape);
  backend.run(
    ["ActivationGrad", op, length],
    { dy: backend.pointer(dy), kept: backend.pointer(kept), dx, alpha: floatBits(alpha) },
    (plan, places) => {
      activationGradient(plan, op, length, places);
    },
  );
}
