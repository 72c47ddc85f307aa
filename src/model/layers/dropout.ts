/**
 * Dropout with a fresh, seeded mask at each step. The stock layer repeats one mask for ever when it
 * is given a seed, and cannot be repeated when it is not.
 *
 * The mask is a pure function of (layer seed, step, call within the step): element i is kept if a hash
 * of i and of those falls below the keep rate. It is the same on every backend.
 */
import { customGrad, mul, ones, tensor, tidy } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { mix32 } from "../../random/mix.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";
import { seedOfCall } from "./random-step.ts";

interface DropoutLayer extends LayerInternals {
  readonly rate: number;
  readonly seed?: number | null;
  /** The shape of a mask that is shared along some axes; nothing where it is the input's. */
  getNoiseShape(input: Tensor): number[] | null | undefined;
}

/** The layer's `call` with Keras's behaviour; `stock` is the one it had. */
export const dropoutCall: CallFactory = (layer, stock) => {
  const self = layer as DropoutLayer;
  const purpose = layer.getClassName() === "Dropout" ? "dropout" : "spatial dropout";
  return (inputs, kwargs) => {
    if (kwargs.training !== true || self.rate === 0) return stock(inputs, kwargs);
    return tidy(() => {
      self.invokeCallHook(inputs, kwargs);
      const x = onlyTensor(inputs);
      const seed = seedOfCall(layer, kwargs, purpose, self.seed);
      const noiseShape = self.getNoiseShape(x);
      if (noiseShape == null) return dropout(x, self.rate, seed);
      return mul(x, dropout(ones(noiseShape), self.rate, seed));
    });
  };
};

/**
 * Sets a share `rate` of the values to 0 and multiplies the rest by 1 / (1 - rate).
 * @param seed 32 bits that fix which values stay.
 */
export function dropout(x: Tensor, rate: number, seed: number): Tensor {
  if (hasFusedKernel("SeededDropout"))
    return runFusedKernel("SeededDropout", { x }, { rate, seed })[0];
  const mask = tensor(dropoutMask(x.size, rate, seed), x.shape);
  const masked = customGrad((input, save) => {
    (save as (tensors: Tensor[]) => void)([mask]);
    return {
      value: mul(input as Tensor, mask),
      gradFunc: (dy: Tensor, [savedMask]: Tensor[]) => [mul(dy, savedMask)],
    };
  });
  return masked(x);
}

/** One factor per value: 0 for a dropped one, float32(1 / (1 - rate)) for one that is kept. */
export function dropoutMask(size: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(size);
  const kept = Math.fround(1 / (1 - rate));
  const threshold = Math.round(rate * 2 ** 24);
  for (let i = 0; i < size; i++) {
    mask[i] = mix32(mix32(i) ^ seed) >>> 8 >= threshold ? kept : 0;
  }
  return mask;
}
