import { util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";
import {
  fitsGather,
  gatherConv2D,
  gatherFilterGradient,
  gatherInputGradient,
} from "./conv-gather.ts";
import type { ConvShape } from "./conv-shape.ts";
import {
  fitsWinograd,
  inputGradientShape,
  winogradConv2D,
  winogradFilterGradient,
} from "./conv-winograd.ts";
import { fill } from "./element-wise.ts";

/** Whether a SIMD path takes the convolution of these sizes. */
export function fitsConv(shape: ConvShape): boolean {
  return fitsGather(shape);
}

export interface ConvInputs {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly bias?: TensorInfo | undefined;
  readonly relu?: boolean;
}

/** y = x * filter (+ bias, then max(y, 0) if `relu`). The algorithm follows from the sizes alone. */
export function conv2D(
  backend: SimdBackend,
  shape: ConvShape,
  { x, filter, bias, relu = false }: ConvInputs,
): TensorInfo {
  const out = backend.output([shape.batch, shape.outHeight, shape.outWidth, shape.outChannels]);
  if (util.sizeFromShape(out.shape) === 0) return out;
  const call = {
    shape,
    relu,
    x: backend.pointer(x),
    filter: backend.pointer(filter),
    bias: bias ? backend.pointer(bias) : 0,
    y: backend.pointer(out),
  };
  if (fitsWinograd(shape)) winogradConv2D(backend, call);
  else gatherConv2D(backend, call);
  return out;
}

/** The gradient with respect to x. */
export function conv2DInputGradient(
  backend: SimdBackend,
  shape: ConvShape,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const out = backend.output([shape.batch, shape.inHeight, shape.inWidth, shape.inChannels]);
  if (util.sizeFromShape(out.shape) === 0) return out;
  const dx = backend.pointer(out);
  const turned = inputGradientShape(shape);
  if (fitsWinograd(turned)) {
    winogradConv2D(backend, {
      shape: turned,
      x: backend.pointer(dy),
      filter: backend.pointer(filter),
      bias: 0,
      y: dx,
      relu: false,
      turned: true,
    });
  } else {
    const [dyAt, filterAt] = [backend.pointer(dy), backend.pointer(filter)];
    gatherInputGradient(backend, { shape, dy: dyAt, filter: filterAt, dx });
  }
  return out;
}

/** The gradient with respect to the filter. */
export function conv2DFilterGradient(
  backend: SimdBackend,
  shape: ConvShape,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = shape;
  const out = backend.output([filterHeight, filterWidth, inChannels, outChannels]);
  if (util.sizeFromShape(out.shape) === 0) return out;
  if (util.sizeFromShape(dy.shape) === 0) {
    // The sum over no pixels, for instance of an empty batch.
    fill(backend, out, 0);
    return out;
  }
  const call = {
    shape,
    x: backend.pointer(x),
    dy: backend.pointer(dy),
    dfilter: backend.pointer(out),
  };
  if (fitsWinograd(shape)) winogradFilterGradient(backend, call);
  else gatherFilterGradient(backend, call);
  return out;
}
