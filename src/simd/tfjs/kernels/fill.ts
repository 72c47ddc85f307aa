import {
  Cast,
  type CastAttrs,
  type CastInputs,
  type DataType,
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

/** A number as the bits of an element of this dtype. */
export function bitsOf(dtype: DataType, value: number | boolean): number {
  if (dtype === "float32") return floatBits(Number(value));
  return dtype === "int32" ? Number(value) | 0 : Number(value);
}

/** A new tensor of this value; null of a dtype that does not lie in linear memory. */
function filled(
  backend: SimdBackend,
  shape: readonly number[],
  dtype: DataType,
  value: number | boolean,
): TensorInfo | null {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") return null;
  const out = backend.output(shape, dtype);
  const length = util.sizeFromShape(out.shape);
  const bytes = dtype === "bool" ? 1 : 4;
  backend.run(
    ["Fill", bytes, length],
    { out: backend.pointer(out), value: bitsOf(dtype, value) },
    (plan, places) => {
      fill(plan, bytes, length, places.out, places.value);
    },
  );
  return out;
}

const fillKernel = defineKernel<object, FillAttrs>(Fill, ({ attrs, backend }) => {
  const { shape, value } = attrs;
  return filled(backend, shape, attrs.dtype ?? util.inferDtype(value), value as number);
});

function likeKernel(kernelName: string, value: number): SimdKernel {
  return defineKernel<{ x: TensorInfo }>(kernelName, ({ inputs: { x }, backend }) =>
    filled(backend, x.shape, x.dtype, value),
  );
}

const CONVERSIONS: Readonly<Record<string, Conversion | undefined>> = {
  "int32 float32": "Int32ToFloat32",
  "bool float32": "BoolToFloat32",
  "float32 bool": "Float32ToBool",
  "bool int32": "BoolToInt32",
  "float32 int32": "Float32ToInt32",
  "int32 bool": "Int32ToBool",
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
    backend.run([conversion, length], { x: from, out: backend.pointer(out) }, (plan, places) => {
      cast(plan, conversion, length, places);
    });
    return out;
  },
);

export const fillKernels: readonly SimdKernel[] = [
  castKernel,
  fillKernel,
  likeKernel(OnesLike, 1),
  likeKernel(ZerosLike, 0),
];
