import { engine, type GradConfig, type Tensor, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { floatBits } from "../host/backend.ts";
import { defineKernel } from "../kernel.ts";

const SeededDropout = "SeededDropout";
const BLOCK = 16384;

interface Attrs {
  readonly rate: number;
  readonly seed: number;
}

/** Keeps each element with probability 1 - rate, scaled by 1 / (1 - rate); the seed fixes which. */
export const seededDropout = defineKernel<{ x: TensorInfo }, Attrs>(
  SeededDropout,
  ({ inputs: { x }, attrs: { rate, seed }, backend }) => {
    if (x.dtype !== "float32") return null;
    const y = backend.output(x.shape);
    const length = util.sizeFromShape(x.shape);
    backend.run("seeded_dropout_f32", Math.ceil(length / BLOCK), [
      ...[backend.pointer(x), backend.pointer(y), length],
      ...[seed, Math.round(rate * 2 ** 24), floatBits(1 / (1 - rate)), BLOCK],
    ]);
    return y;
  },
);

/** The same mask and scale, drawn again. */
export const seededDropoutGradient: GradConfig = {
  kernelName: SeededDropout,
  gradFunc: (dy, _saved, attrs) => ({
    x: () => engine().runKernel(SeededDropout, { x: dy as Tensor }, attrs),
  }),
};
