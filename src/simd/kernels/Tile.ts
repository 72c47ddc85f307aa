import { Tile, util, type TileAttrs, type TileInputs } from "@tensorflow/tfjs-core";
import { stridedCopy, stridesOf } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

export const tile = defineKernel<TileInputs, TileAttrs>(
  Tile,
  ({ inputs: { x }, attrs: { reps }, backend }) => {
    if (x.dtype !== "float32") return null;
    const pointer = backend.pointer(x);
    const out = backend.output(x.shape.map((n, axis) => n * reps[axis]));
    if (util.sizeFromShape(out.shape) === 0) return out;
    const strides = stridesOf(x.shape);
    const outStrides = stridesOf(out.shape);
    // Each axis becomes two: the repetitions, which stay where they are in the source, and itself.
    const dimensions = x.shape.flatMap((n, axis) => [
      { size: reps[axis], from: 0, to: n * outStrides[axis] },
      { size: n, from: strides[axis], to: outStrides[axis] },
    ]);
    stridedCopy(backend, pointer, backend.pointer(out), dimensions);
    return out;
  },
);
