import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { conv2D } from "../plans/conv.ts";
import type { ConvShape } from "../plans/conv-shape.ts";
import { epilogue as epilogueWords } from "../plans/epilogue.ts";
import type { Unique } from "../runtime/key-table.ts";
import type { SimdBackend } from "./backend.ts";
import { applyEpilogue, type Epilogue, type Inside, insideProduct } from "./epilogue.ts";

export interface ConvolutionInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo | undefined;
}

/** A kind of convolution: the name of its kernel, and what writes its plan. */
export interface Convolution {
  readonly kernelName: string;
  readonly write: typeof conv2D;
}

/** x * filter, then a bias and an activation. */
export function convolved(
  backend: SimdBackend,
  { kernelName, write }: Convolution,
  shape: Unique<ConvShape>,
  { x, filter }: ConvolutionInputs,
  { bias, slopes, activation }: Inside,
): TensorInfo {
  const y = backend.output([shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]);
  if (util.sizeFromShape(y.shape) === 0) return y;
  backend.run(
    [kernelName, shape, activation.name, activation.alpha],
    {
      x: backend.pointer(x),
      filter: backend.pointer(filter),
      bias: bias ? backend.pointer(bias) : null,
      slopes: slopes ? backend.pointer(slopes) : null,
      y: backend.pointer(y),
    },
    (plan, places) => {
      write(plan, shape, places, epilogueWords(plan, activation, shape.outChannels, places));
    },
    { filter: backend.prepared(filter) },
  );
  return y;
}

/** The same with whatever tfjs fuses with it. */
export function fusedConvolution(
  backend: SimdBackend,
  convolution: Convolution,
  shape: Unique<ConvShape>,
  inputs: ConvolutionInputs,
  epilogue: Epilogue,
): TensorInfo {
  const done = insideProduct(epilogue, shape.outChannels);
  const y = convolved(backend, convolution, shape, inputs, done.inside);
  return applyEpilogue(backend, y, epilogue, done);
}
