import { Cast, util, type CastAttrs, type CastInputs } from "@tensorflow/tfjs-core";
import { BLOCK, blocksOf } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

/** The conversions of assembly/elementwise.ts, in its order. */
const CONVERSIONS = ["int32 float32", "bool float32", "float32 bool", "bool int32"];

/**
 * Conversions make a new tensor: the cpu backend's kernel would return the int32 data under the name
 * of float32.
 */
export const cast = defineKernel<CastInputs, CastAttrs>(
  Cast,
  ({ inputs: { x }, attrs, backend }) => {
    if (x.dtype === attrs.dtype) return x.dtype === "complex64" ? null : backend.share(x);
    const conversion = CONVERSIONS.indexOf(`${x.dtype} ${attrs.dtype}`);
    if (conversion < 0) return null;
    const pointer = backend.pointer(x);
    const out = backend.output(x.shape, attrs.dtype);
    const length = util.sizeFromShape(x.shape);
    backend.run("cast", blocksOf(length), [
      ...[pointer, backend.pointer(out), length, BLOCK, conversion],
    ]);
    return out;
  },
);
