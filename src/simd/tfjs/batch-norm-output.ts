import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import { batchNormApply, batchNormMaxPool } from "../plans/batch-norm.ts";
import { type Activation, LINEAR } from "../plans/epilogue.ts";
import type { PlanWriter } from "../plans/plan.ts";
import type { Key } from "../runtime/key-table.ts";
import type { PlacesOf } from "../runtime/plan-runner.ts";
import type { SimdBackend } from "./backend.ts";
import { matrixOf } from "./matrix.ts";
import type { SizesOfPool } from "./sizes-of-pool.ts";
import type { PendingData } from "./tensor-record.ts";

export interface BatchNormOutputInputs {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  /** gamma / sqrt(variance + epsilon). */
  readonly factor: TensorInfo;
  readonly beta?: TensorInfo | undefined;
}

type Operands = Record<"x" | "y" | "mean" | "factor", number> & { beta: number | null };

/**
 * What batch normalisation in training gives, computed when it is asked for. An activation or a pooling that takes
 * it is computed in the same pass instead: then what lies between is nowhere in memory.
 */
export class BatchNormOutput implements PendingData {
  readonly #backend: SimdBackend;
  readonly #x: TensorInfo;
  readonly #mean: TensorInfo;
  readonly #factor: TensorInfo;
  readonly beta: TensorInfo | undefined;

  constructor(backend: SimdBackend, { x, mean, factor, beta }: BatchNormOutputInputs) {
    this.#backend = backend;
    [this.#x, this.#mean, this.#factor] = [x, mean, factor].map((tensor) => backend.share(tensor));
    this.beta = beta && backend.share(beta);
  }

  compute(y: number): void {
    this.activated(LINEAR, y);
  }

  /** Writes the activation of it. */
  activated(activation: Activation, y: number): void {
    const matrix = matrixOf(this.#x);
    const { name, alpha } = activation;
    this.#run(
      ["BatchNormTraining.y", matrix.rows, matrix.channels, name, alpha],
      y,
      (plan, places) => {
        batchNormApply(plan, matrix, activation, places);
      },
    );
  }

  /** Writes the largest of it in each window. */
  maxPooled(sizes: SizesOfPool, y: number): void {
    this.#run(["BatchNormTraining.pool", sizes], y, (plan, places) => {
      batchNormMaxPool(plan, sizes.shape, places);
    });
  }

  /** Whether it is what came of normalising `x` by `mean`. */
  isOf(x: TensorInfo, mean: TensorInfo): boolean {
    const same = x.dataId === this.#x.dataId && mean.dataId === this.#mean.dataId;
    return same && util.arraysEqual(x.shape, this.#x.shape);
  }

  #run(key: Key, y: number, write: (plan: PlanWriter, places: PlacesOf<Operands>) => void): void {
    const [x, mean, factor] = [this.#x, this.#mean, this.#factor].map((tensor) =>
      this.#backend.pointer(tensor),
    );
    const beta = this.beta ? this.#backend.pointer(this.beta) : null;
    this.#backend.run(key, { x, y, mean, factor, beta }, write);
  }

  release(): void {
    for (const tensor of [this.#x, this.#mean, this.#factor, this.beta]) {
      if (tensor) this.#backend.disposeIntermediateTensorInfo(tensor);
    }
  }
}
