import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import { floatBits, type SimdBackend } from "./backend.ts";
import { rowChunks, type RowChunks } from "./fused-rows.ts";
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
  readonly #chunks: RowChunks;
  readonly #coefficients: number;

  constructor(
    backend: SimdBackend,
    { dy, x, mean, variance, factor }: BatchNormGradientInputs,
    epsilon: number,
    { dgamma, dbeta }: { dgamma: TensorInfo; dbeta: TensorInfo },
  ) {
    this.#backend = backend;
    this.#chunks = rowChunks(x.shape);
    [this.#dy, this.#x, this.#mean] = [dy, x, mean].map((tensor) => backend.share(tensor));
    const { rows, channels, perChunk, chunks, pitch } = this.#chunks;
    this.#coefficients = backend.heap.allocate(3 * pitch);
    const [xAt, dyAt, meanAt] = [x, dy, mean].map((tensor) => backend.pointer(tensor));
    backend.withBuffer(chunks * 2 * pitch, (partial) => {
      backend.run("batch_norm_gradient_sums_f32", chunks, [
        ...[xAt, dyAt, partial, rows, channels, perChunk, meanAt],
      ]);
      backend.run("batch_norm_gradient_combine_f32", 1, [
        ...[partial, backend.pointer(variance), backend.pointer(factor)],
        ...[backend.pointer(dgamma), backend.pointer(dbeta), this.#coefficients],
        ...[rows, channels, chunks, floatBits(epsilon)],
      ]);
    });
  }

  compute(dx: number): void {
    this.#apply("batch_norm_gradient_apply_f32", dx);
  }

  /**
   * Whether `y`, the output of a relu, is what was normalised. The same data in another shape, as
   * behind a flattening layer, have other channels, and so other sums.
   */
  follows(y: TensorInfo): boolean {
    return this.#x.dataId === y.dataId && util.arraysEqual(this.#x.shape, y.shape);
  }

  /**
   * Writes dx where x > 0, else 0, and for each chunk of rows the sums of that for each channel.
   */
  throughRelu(dx: number, partial: number): void {
    this.#apply("batch_norm_relu_gradient_apply_f32", dx, partial);
  }

  release(): void {
    for (const tensor of [this.#dy, this.#x, this.#mean]) {
      this.#backend.disposeIntermediateTensorInfo(tensor);
    }
    this.#backend.heap.release(this.#coefficients);
  }

  #apply(kernel: string, dx: number, ...partial: number[]): void {
    const { rows, channels, perChunk, chunks } = this.#chunks;
    const [x, dy, mean] = [this.#x, this.#dy, this.#mean].map((tensor) =>
      this.#backend.pointer(tensor),
    );
    this.#backend.run(kernel, chunks, [
      ...[x, dy, dx, rows, channels, perChunk, mean, this.#coefficients, ...partial],
    ]);
  }
}
