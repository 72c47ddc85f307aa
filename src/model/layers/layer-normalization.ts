/** Layer normalisation in one kernel, where the backend has it; its sums are in float64. */
import { ones, tidy, zeros } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";

interface LayerNormalization extends LayerInternals {
  /** Once it is built, from 0. */
  readonly axis: readonly number[];
  readonly epsilon: number;
  readonly gamma: LayerVariable | null;
  readonly beta: LayerVariable | null;
}

/** The layer's `call`; `stock` is the one it had. */
export const layerNormalizationCall: CallFactory = (layer, stock) => {
  const self = layer as LayerNormalization;
  return (inputs, kwargs) => {
    const x = onlyTensor(inputs);
    const axes = self.axis.length;
    const areLast = self.axis.every((axis, i) => axis === x.rank - axes + i);
    const isFused = hasFusedKernel("LayerNormalization");
    if (!isFused || !areLast || x.dtype !== "float32" || x.size === 0) {
      return stock(inputs, kwargs);
    }
    return tidy(() => {
      const shape = x.shape.slice(-axes);
      const gamma = self.gamma?.read() ?? ones(shape);
      const beta = self.beta?.read() ?? zeros(shape);
      const { epsilon } = self;
      return runFusedKernel("LayerNormalization", { x, gamma, beta }, { epsilon, axes })[0];
    });
  };
};
