import {
  Cast,
  type CastAttrs,
  type CastInputs,
  Fill,
  type FillAttrs,
  OnesLike,
  type TensorInfo,
  util,
  ZerosLike,
} from "@tensorflow/tfjs-core";
import { cast, type Conversion, fill } from "../../plans/element-wise.ts";
import { floatBits } from "../../plans/plan.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** A new float32 tensor of this value. */
function filled(backend: SimdBackend, shape: readonly number[], value: number): TensorInfo {
  const out = backend.output(shape);
  const length = util.sizeFromShape(out.shape);
  backend.run(
    `Fill|${length}`,
    { out: backend.pointer(out), value: floatBits(value) },
    (plan, places) => {
      fill(plan, length, places.out, places.value);
    },
  );
  return out;
}

const fillKernel = defineKernel<object, FillAttrs>(Fill, ({ attrs, backend }) => {
  const { shape, value } = attrs;
  const dtype = attrs.dtype ?? util.inferDtype(value);
  return dtype === "float32" ? filled(backend, shape, value as number) : null;
});

function likeKernel(kernelName: string, value: number): SimdKernel {
  return defineKernel<{ x: TensorInfo }>(kernelName, ({ inputs: { x }, backend }) =>
    x.dtype === "float32" ? filled(backend, x.shape, value) : null,
  );
}

const CONVERSIONS: Readonly<Record<string, Conversion | undefined>> = {
  "int32 float32": "Int32ToFloat32",
  "bool float32": "BoolToFloat32",
  "float32 bool": "Float32ToBool",
  "bool int32": "BoolToInt32",
};

/**
 * Conversions make a new tensor: the cpu backend's kernel would return the int32 data under the name
 * of float32.
 */
const castKernel = defineKernel<CastInputs, CastAttrs>(
  Cast,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype === attrs.dtype) return x.dtype === "complex64" ? null : backend.share(x);
    const conversion = CONVERSIONS[`${x.dtype} ${attrs.dtype}`];
    if (conversion === undefined) return null;
    const from = backend.pointer(x);
    const out = backend.output(x.shape, attrs.dtype);
    const length = util.sizeFromShape(x.shape);
    backend.run(
      `${conversion}|${length}`,
      { x: from, out: backend.pointer(out) },
      (plan, places) => {
        cast(plan, conversion, length, places);
      },
    );
    return out;
  },
);

export const fillKernels: readonly SimdKernel[] = [
  castKernel,
  fillKernel,
  likeKernel(OnesLike, 1),
  likeKernel(ZerosLike, 0),
];
