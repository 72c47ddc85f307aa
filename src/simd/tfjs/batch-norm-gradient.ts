import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import {
  batchNormGradient,
  type Behind,
  batchNormInputGradient,
  coefficientBytes,
  fitsActivationBehind,
  fitsPoolBehind,
  type Matrix,
} from "../plans/batch-norm.ts";
import type { ActivationGradient } from "../plans/element-wise.ts";
import { floatBits } from "../plans/plan.ts";
import type { KeyPart } from "../runtime/key-table.ts";
import { ActivationGradientOutput } from "./activation.ts";
import type { SimdBackend } from "./backend.ts";
import { BatchNormOutput } from "./batch-norm-output.ts";
import { matrixOf } from "./matrix.ts";
import { PoolGradientOutput } from "./pool-gradient-output.ts";
import type { PendingData } from "./tensor-record.ts";

export interface BatchNormGradientInputs {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  /** gamma / sqrt(variance + epsilon). */
  readonly factor: TensorInfo;
}

/** An activation or a pooling behind the normalisation, whose gradient is not computed yet. */
interface Pending {
  readonly behind: Behind;
  /** Of LeakyRelu. */
  readonly alpha: number;
  /** The gradient of its output. */
  readonly dy: TensorInfo;
  /** Of the normalisation: by it what comes behind was applied to is computed anew. */
  readonly beta: TensorInfo | undefined;
}

/**
 * The gradient of batch normalisation in training, and in the same passes of what is right behind it. Its
 * sums, dgamma and dbeta are computed at once; dx, which is linear in dy and x with coefficients for each
 * channel, when it is asked for. If what stands before is an activation and a bias, `throughBias`
 * computes their gradients in the same pass.
 */
export class BatchNormGradient implements PendingData {
  readonly #backend: SimdBackend;
  readonly #tensors: Record<"dy" | "x" | "mean" | "factor", TensorInfo> & {
    readonly beta: TensorInfo | undefined;
  };
  readonly #pending: Pending | null;
  readonly #matrix: Matrix;
  readonly #coefficients: number;

  constructor(
    backend: SimdBackend,
    inputs: BatchNormGradientInputs,
    epsilon: number,
    { dgamma, dbeta }: { dgamma: TensorInfo; dbeta: TensorInfo },
  ) {
    this.#backend = backend;
    const { x, mean, variance, factor } = inputs;
    this.#matrix = matrixOf(x);
    this.#pending = pendingOf(backend, inputs);
    const { dy, beta } = this.#pending ?? { dy: inputs.dy, beta: undefined };
    this.#tensors = { dy, x, mean, factor, beta };
    for (const tensor of this.#all()) backend.share(tensor);
    this.#coefficients = backend.heap.allocate(coefficientBytes(this.#matrix.channels));
    backend.run(
      this.#key("BatchNormTrainingGrad"),
      {
        ...this.#pointers(),
        variance: backend.pointer(variance),
        dgamma: backend.pointer(dgamma),
        dbeta: backend.pointer(dbeta),
        epsilon: floatBits(epsilon),
      },
      (plan, places) => {
        batchNormGradient(plan, this.#matrix, this.#pending?.behind ?? null, places);
      },
    );
  }

  compute(dx: number): void {
    this.#run(dx, null, null);
  }

  /**
   * Whether `y`, the data of an output of this shape, are what was normalised. In another shape, as
   * behind a flattening layer, they have other channels, and so other sums.
   */
  follows(y: TensorInfo, shape: readonly number[]): boolean {
    const { x } = this.#tensors;
    return x.dataId === y.dataId && util.arraysEqual(x.shape, [...shape]);
  }

  /** Writes what the activation `before`, whose output x is, passes back of dx, and its sums. */
  throughBias(before: ActivationGradient, dx: number, dbias: number): void {
    this.#run(dx, before, dbias);
  }

  release(): void {
    for (const tensor of this.#all()) this.#backend.disposeIntermediateTensorInfo(tensor);
    this.#backend.heap.release(this.#coefficients);
  }

  #all(): TensorInfo[] {
    return Object.values(this.#tensors).filter((tensor) => tensor !== undefined);
  }

  #run(dx: number, before: ActivationGradient | null, dbias: number | null): void {
    this.#backend.run(
      [...this.#key("BatchNormTrainingGrad.dx"), before],
      { ...this.#pointers(), dx, dbias },
      (plan, places) => {
        const behind = this.#pending?.behind ?? null;
        batchNormInputGradient(plan, this.#matrix, { behind, before }, places);
      },
    );
  }

  #key(name: string): KeyPart[] {
    const { op, poolWidth } = this.#pending?.behind ?? {};
    return [name, this.#matrix.rows, this.#matrix.channels, op, poolWidth];
  }

  #pointers(): Record<"x" | "dy" | "mean" | "factor" | "coefficients" | "alpha", number> & {
    beta: number | null;
  } {
    const { dy, x, mean, factor, beta } = this.#tensors;
    const pointer = (tensor: TensorInfo): number => this.#backend.pointer(tensor);
    return {
      ...{ x: pointer(x), dy: pointer(dy), mean: pointer(mean), factor: pointer(factor) },
      ...{ coefficients: this.#coefficients, alpha: floatBits(this.#pending?.alpha ?? 0) },
      beta: beta ? pointer(beta) : null,
    };
  }
}

/** What of the normalised `dy` comes through, if both gradients fit into one pass. */
function pendingOf(backend: SimdBackend, { dy, x, mean }: BatchNormGradientInputs): Pending | null {
  const { pending } = backend.data.get(dy.dataId);
  const isActivation = pending instanceof ActivationGradientOutput;
  if (!isActivation && !(pending instanceof PoolGradientOutput)) return null;
  const output = backend.data.get(pending.kept.dataId).pending;
  if (!(output instanceof BatchNormOutput) || !output.isOf(x, mean)) return null;
  const found = { dy: pending.dy, beta: output.beta };
  if (isActivation) {
    if (!fitsActivationBehind(matrixOf(x).channels)) return null;
    return { ...found, behind: { op: pending.op, poolWidth: 0 }, alpha: pending.alpha };
  }
  if (!fitsPoolBehind(pending.shape)) return null;
  return { ...found, behind: { op: null, poolWidth: pending.shape.width }, alpha: 0 };
}
