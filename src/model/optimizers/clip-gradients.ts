import {
  addN,
  clipByValue,
  div,
  maximum,
  mul,
  sqrt,
  square,
  sum,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { OptimizerOptions } from "./optimizer-options.ts";

/** How gradients are clipped: at most one of these. */
type ClipOptions = Pick<OptimizerOptions, "clipNorm" | "clipValue" | "globalClipNorm">;

/**
 * Clips gradients as Keras does: a gradient g (with `globalClipNorm`, all of them together) of norm
 * above c is scaled to g c / norm. Nothing is read back from the device. Call it in a tidy.
 */
export function clipGradients(
  gradients: readonly Tensor[],
  { clipNorm, clipValue, globalClipNorm }: ClipOptions,
): Tensor[] {
  if (clipValue !== undefined) return gradients.map((g) => clipByValue(g, -clipValue, clipValue));
  if (clipNorm !== undefined) return gradients.map((g) => mul(g, scaleTo(clipNorm, [g])));
  if (globalClipNorm === undefined || gradients.length === 0) return [...gradients];
  const scale = scaleTo(globalClipNorm, gradients);
  return gradients.map((g) => mul(g, scale));
}

/** c / max(norm, c), a scalar. */
function scaleTo(c: number, gradients: readonly Tensor[]): Tensor {
  const norm = sqrt(addN(gradients.map((g) => sum(square(g)))));
  return div(c, maximum(norm, c));
}
