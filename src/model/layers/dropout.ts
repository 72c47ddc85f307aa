/**
 * Dropout with a fresh, seeded mask at each step. The stock layer repeats one mask for ever when it
 * is given a seed, and cannot be repeated when it is not.
 *
 * The mask is a pure function of (layer seed, step): element i is kept if a hash of i and of that
 * pair falls below the keep rate. It is the same on every backend, and a resumed run finds the mask
 * of any step without having drawn the ones before.
 */
import { customGrad, mul, tensor, tidy } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { shared } from "../../brand.ts";
import { mix32 } from "../../random/mix.ts";
import { deriveSeed } from "../../random/stream.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallArguments, type LayerInternals, onlyTensor } from "../internals.ts";

interface DropoutLayer extends LayerInternals {
  readonly rate: number;
  readonly seed?: number | null;
  readonly noiseShape?: readonly number[] | null;
}

/** Training steps that a layer has seen; the next mask is the one of this step. */
const stepOf = /* @__PURE__ */ shared("steps", () => new WeakMap<LayerInternals, number>());

/** Says which training step comes next for a dropout layer. */
export function setDropoutStep(layer: LayerInternals, step: number): void {
  stepOf.set(layer, step);
}

/**
 * The layer's `call` with Keras's behaviour; `stock` is the one it had.
 * @param ordinal position among the model's dropout layers: tells layers without a seed apart.
 */
export function dropoutCall(
  layer: LayerInternals,
  stock: LayerInternals["call"],
  ordinal: number,
): LayerInternals["call"] {
  const self = layer as DropoutLayer;
  return (inputs, kwargs: CallArguments) => {
    // A noise shape that shares masks along an axis is left to the stock layer.
    if (kwargs.training !== true || self.rate === 0 || self.noiseShape != null) {
      return stock(inputs, kwargs);
    }
    return tidy(() => {
      self.invokeCallHook(inputs, kwargs);
      const step = stepOf.get(layer) ?? 0;
      stepOf.set(layer, step + 1);
      const seed = deriveSeed(self.seed ?? 0, "dropout", self.seed == null ? ordinal : -1, step);
      return dropout(onlyTensor(inputs), self.rate, seed);
    });
  };
}

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
