/**
 * Repeating a computation without TensorFlow.js: what a backend may offer, as `cifar-kit/simd` does, by
 * a method `recorder()`. As with fused kernels, model code knows no backend.
 */
import { engine, type Tensor } from "@tensorflow/tfjs-core";

/** Something that is computed again and again. */
export interface Computation {
  /** All tensors that it may read, and variables that it may assign to, always in one order. */
  readonly inputs: readonly Tensor[];
  /** Computes it: the results, and the numbers that were drawn for it. */
  compute(): { readonly outputs: Tensor[]; readonly drawn: readonly number[] };
  /** Draws the numbers of a run, as `compute` does, without computing. */
  draw(): readonly number[];
}

/**
 * Records a computation, and repeats it to the same bits for other data, weights and drawn numbers; whoever
 * asks answers for it that nothing else would make it another. What cannot be repeated is computed anew.
 */
export interface Recorder {
  /** The results; the caller disposes them. */
  run(computation: Computation): Tensor[];
  /** The same, computed anew for a reason that is counted. */
  eager(computation: Computation, reason: string): Tensor[];
  dispose(): void;
}

/** Whether the active backend has recorders. */
export function canRecord(): boolean {
  return (engine().backend as { recorder?(): Recorder }).recorder !== undefined;
}

/** A recorder of the active backend, if it has such. */
export function makeRecorder(): Recorder | undefined {
  return (engine().backend as { recorder?(): Recorder }).recorder?.();
}

/** Calls of a model before the first that is recorded: of few none is worth it. */
export const FEW = 2;
