import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Matrix } from "../plans/batch-norm.ts";

/** A tensor as a matrix of rows along its last axis. */
export function matrixOf({ shape }: TensorInfo): Matrix {
  const channels = shape.at(-1) ?? 1;
  return { rows: channels === 0 ? 0 : util.sizeFromShape(shape) / channels, channels };
}
