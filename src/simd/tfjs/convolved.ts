import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { conv2D } from "../plans/conv.ts";
import type { ConvShape } from "../plans/conv-shape.ts";
import type { Place, PlanWriter } from "../plans/plan.ts";
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

/** Writes the plan of a gradient. */
type WriteGradient<Shape, Names extends string> = (
  plan: PlanWriter,
  shape: Shape,
  places: Record<Names, Place>,
) => void;

/** The gradient of a convolution, of pictures or volumes, with respect to its input. */
export function inputGradient<Shape extends object>(
  backend: SimdBackend,
  {
    kernelName,
    write,
  }: { kernelName: string; write: WriteGradient<Shape, "dy" | "filter" | "dx"> },
  shape: Unique<Shape>,
  { dy, filter }: Record<"dy" | "filter", TensorInfo>,
  inputShape: number[],
): TensorInfo {
  const dx = backend.output(inputShape);
  if (util.sizeFromShape(dx.shape) === 0) return dx;
  backend.run(
    [kernelName, shape],
    { dy: backend.pointer(dy), filter: backend.pointer(filter), dx: backend.pointer(dx) },
    (plan, places) => {
      write(plan, shape, places);
    },
    { filter: backend.prepared(filter) },
  );
  return dx;
}

/** The gradient with respect to its filter. */
export function filterGradient<Shape extends object>(
  backend: SimdBackend,
  {
    kernelName,
    write,
  }: { kernelName: string; write: WriteGradient<Shape, "x" | "dy" | "dfilter"> },
  shape: Unique<Shape>,
  { x, dy }: Record<"x" | "dy", TensorInfo>,
  filterShape: number[],
): TensorInfo {
  const dfilter = backend.output(filterShape);
  if (util.sizeFromShape(dfilter.shape) === 0) return dfilter;
  backend.run(
    [kernelName, shape],
    { x: backend.pointer(x), dy: backend.pointer(dy), dfilter: backend.pointer(dfilter) },
    (plan, places) => {
      write(plan, shape, places);
    },
  );
  return dfilter;
}
