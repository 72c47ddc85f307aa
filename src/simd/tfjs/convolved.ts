import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { conv2D } from "../plans/conv.ts";
import type { ConvShape } from "../plans/conv-shape.ts";
import type { Unique } from "../runtime/key-table.ts";
import type { SimdBackend } from "./backend.ts";
import { applyEpilogue, type Epilogue, insideProduct } from "./epilogue.ts";

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

/** x * filter (+ bias, then relu or nothing). */
export function convolved(
  backend: SimdBackend,
  { kernelName, write }: Convolution,
  shape: Unique<ConvShape>,
  { x, filter, bias }: ConvolutionInputs,
  relu: boolean,
): TensorInfo {
  const y = backend.output([shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]);
  if (util.sizeFromShape(y.shape) === 0) return y;
  backend.run(
    [kernelName, shape, relu],
    {
      x: backend.pointer(x),
      filter: backend.pointer(filter),
      bias: bias ? backend.pointer(bias) : null,
      y: backend.pointer(y),
    },
    (plan, places) => {
      write(plan, shape, places, relu);
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
  const y = convolved(backend, convolution, shape, { ...inputs, bias: done.bias }, done.relu);
  return applyEpilogue(backend, y, epilogue, done);
}
