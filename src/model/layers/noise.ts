/** Layers that add or multiply noise, with fresh, seeded numbers at each step. */
import { add, cast, greater, mul, ones, randomNormal, sub, tidy } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";
import { dropout } from "./dropout.ts";
import { seedOfCall } from "./random-step.ts";

interface NoiseLayer extends LayerInternals {
  readonly stddev: number;
  /** Of the two dropouts. */
  readonly rate?: number;
  readonly noiseShape?: readonly number[] | null;
}

/** The layer's `call` that adds noise of a standard deviation. */
export const gaussianNoiseCall = /* @__PURE__ */ noisy("gaussian noise", (x, seed, { stddev }) =>
  add(randomNormal(x.shape, 0, stddev, "float32", seed), x),
);

/** The layer's `call` that multiplies by noise around 1. */
export const gaussianDropoutCall = /* @__PURE__ */ noisy(
  "gaussian dropout",
  (x, seed, { rate = 0 }) =>
    mul(x, randomNormal(x.shape, 1, Math.sqrt(rate / (1 - rate)), "float32", seed)),
);

/** SELU's negative limit: what a dropped value becomes, so that mean and variance stay. */
const DROPPED = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;

/** The layer's `call` that drops to SELU's negative limit. */
export const alphaDropoutCall = /* @__PURE__ */ noisy(
  "alpha dropout",
  (x, seed, { rate = 0, noiseShape }) => {
    const a = ((1 - rate) * (1 + rate * DROPPED ** 2)) ** -0.5;
    const b = -a * DROPPED * rate;
    const shape = [...(noiseShape ?? x.shape)];
    const kept = cast(greater(dropout(ones(shape), rate, seed), 0), "float32");
    return add(mul(add(mul(x, kept), mul(sub(1, kept), DROPPED)), a), b);
  },
);

function noisy(
  purpose: string,
  apply: (x: Tensor, seed: number, layer: NoiseLayer) => Tensor,
): CallFactory {
  return (layer, stock) => (inputs, kwargs) => {
    const self = layer as NoiseLayer;
    const { rate = 0.5 } = self;
    // With such a rate tfjs-layers passes on what comes in.
    if (kwargs.training !== true || rate <= 0 || rate >= 1) return stock(inputs, kwargs);
    return tidy(() => {
      layer.invokeCallHook(inputs, kwargs);
      return apply(onlyTensor(inputs), seedOfCall(layer, kwargs, purpose), self);
    });
  };
}
