import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import {
  batchNormGradient,
  batchNormInputGradient,
  batchNormReluInputGradient,
  coefficientBytes,
  type Matrix,
} from "../plans/batch-norm.ts";
import { floatBits } from "../plans/plan.ts";
import type { SimdBackend } from "./backend.ts";
import type { PendingData } from "./tensor-record.ts";

export interface BatchNormGradientInputs {
  readonly dy: TensorInfo;
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  /** gamma / sqrt(variance + epsilon). */
  readonly factor: TensorInfo;
}

/**
 * The gradient of batch normalisation in training. Its sums, dgamma and dbeta are computed at once;
 * dx, which is linear in dy and x with coefficients for each channel, when it is asked for. If what
 * stands before is a relu and a bias, `throughRelu` computes their gradients in the same pass.
 */
export class BatchNormGradient implements PendingData {
  readonly #backend: SimdBackend;
  readonly #dy: TensorInfo;
  readonly #x: TensorInfo;
  readonly #mean: TensorInfo;
  readonly #matrix: Matrix;
  readonly #coefficients: number;

  constructor(
    backend: SimdBackend,
    { dy, x, mean, variance, factor }: BatchNormGradientInputs,
    epsilon: number,
    { dgamma, dbeta }: { dgamma: TensorInfo; dbeta: TensorInfo },
  ) {
    this.#backend = backend;
    this.#matrix = matrixOf(x);
    [this.#dy, this.#x, this.#mean] = [dy, x, mean].map((tensor) => backend.share(tensor));
    this.#coefficients = backend.heap.allocate(coefficientBytes(this.#matrix.channels));
    backend.run(
      this.#key("BatchNormTrainingGrad"),
      {
        ...this.#pointers(),
        variance: backend.pointer(variance),
        factor: backend.pointer(factor),
        dgamma: backend.pointer(dgamma),
        dbeta: backend.pointer(dbeta),
        epsilon: floatBits(epsilon),
      },
      (plan, places) => {
        batchNormGradient(plan, this.#matrix, places);
      },
    );
  }

  compute(dx: number): void {
    this.#backend.run(
      this.#key("BatchNormTrainingGrad.dx"),
      { ...this.#pointers(), dx },
      (plan, places) => {
        batchNormInputGradient(plan, this.#matrix, places);
      },
    );
  }

  /**
   * Whether `y`, the output of a relu, is what was normalised. The same data in another shape, as
   * behind a flattening layer, have other channels, and so other sums.
   */
  follows(y: TensorInfo): boolean {
    return this.#x.dataId === y.dataId && util.arraysEqual(this.#x.shape, y.shape);
  }

  /** Writes dx where x > 0, else 0, and the sums of that for each channel. */
  throughRelu(dx: number, dbias: number): void {
    this.#backend.run(
      this.#key("BatchNormTrainingGrad.relu"),
      { ...this.#pointers(), dx, dbias },
      (plan, places) => {
        batchNormReluInputGradient(plan, this.#matrix, places);
      },
    );
  }

  release(): void {
    for (const tensor of [this.#dy, this.#x, this.#mean]) {
      this.#backend.disposeIntermediateTensorInfo(tensor);
    }
    this.#backend.heap.release(this.#coefficients);
  }

  #key(name: string): string {
    return `${name}|${this.#matrix.rows}|${this.#matrix.channels}`;
  }

  #pointers(): Record<"x" | "dy" | "mean" | "coefficients", number> {
    const [x, dy, mean] = [this.#x, this.#dy, this.#mean].map((tensor) =>
      this.#backend.pointer(tensor),
    );
    return { x, dy, mean, coefficients: this.#coefficients };
  }
}

/** A tensor as a matrix of rows along its last axis. */
export function matrixOf({ shape }: TensorInfo): Matrix {
  const channels = shape.at(-1) ?? 1;
  return { rows: channels === 0 ? 0 : util.sizeFromShape(shape) / channels, channels };
}
