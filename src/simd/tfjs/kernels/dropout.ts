import { engine, type GradConfig, type Tensor, type TensorInfo, util } from "@tensorflow/tfjs-core";
import { seededDropout } from "../../plans/element-wise.ts";
import { floatBits } from "../../plans/plan.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

const SeededDropout = "SeededDropout";

interface Attrs {
  readonly rate: number;
  readonly seed: number;
}

/** Keeps each element with probability 1 - rate, scaled by 1 / (1 - rate); the seed fixes which. */
const dropout = defineKernel<{ x: TensorInfo }, Attrs>(
  SeededDropout,
  ({ inputs: { x }, attrs: { rate, seed }, backend }) => {
    if (x.dtype !== "float32") return null;
    const y = backend.output(x.shape);
    const length = util.sizeFromShape(x.shape);
    const values = {
      seed,
      threshold: Math.round(rate * 2 ** 24),
      scale: floatBits(1 / (1 - rate)),
    };
    backend.run(
      ["SeededDropout", length],
      { x: backend.pointer(x), y: backend.pointer(y), ...values },
      (plan, places) => {
        seededDropout(plan, length, places);
      },
    );
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

export const dropoutKernels: readonly SimdKernel[] = [dropout];
