import { MirrorPad, util } from "@tensorflow/tfjs-core";
import type { MirrorPadAttrs, MirrorPadInputs } from "@tensorflow/tfjs-core";
import { byteOffset, stridedCopy, stridesOf } from "../host/strided-copy.ts";
import { defineKernel } from "../kernel.ts";

/** A stretch of one axis of the output, and where in the input it comes from. */
interface Stretch {
  readonly size: number;
  readonly out: number;
  readonly in: number;
  /** 1, or -1 where it is mirrored. */
  readonly step: number;
}

/** The stretches of an axis of length `n`; `skip` is 1 if the edge itself is not repeated. */
function stretches(n: number, [before, after]: [number, number], skip: number): Stretch[] {
  return [
    { size: before, out: 0, in: before - 1 + skip, step: -1 },
    { size: n, out: before, in: 0, step: 1 },
    { size: after, out: before + n, in: n - 1 - skip, step: -1 },
  ].filter(({ size }) => size > 0);
}

export const mirrorPad = defineKernel<MirrorPadInputs, MirrorPadAttrs>(
  MirrorPad,
  ({ inputs: { x }, attrs: { paddings, mode }, backend }) => {
    if (x.dtype !== "float32" || util.sizeFromShape(x.shape) === 0) return null;
    const from = backend.pointer(x);
    const out = backend.output(x.shape.map((n, axis) => n + paddings[axis][0] + paddings[axis][1]));
    const to = backend.pointer(out);
    const strides = stridesOf(x.shape);
    const outStrides = stridesOf(out.shape);
    const axes = x.shape.map((n, axis) => stretches(n, paddings[axis], mode === "reflect" ? 1 : 0));
    // Every combination of a stretch of each axis is one copy.
    const blocks = axes.reduce<Stretch[][]>(
      (some, choices) => some.flatMap((block) => choices.map((choice) => [...block, choice])),
      [[]],
    );
    for (const block of blocks) {
      stridedCopy(
        backend,
        from +
          byteOffset(
            strides,
            block.map((stretch) => stretch.in),
          ),
        to +
          byteOffset(
            outStrides,
            block.map((stretch) => stretch.out),
          ),
        block.map(({ size, step }, axis) => ({
          size,
          from: strides[axis] * step,
          to: outStrides[axis],
        })),
      );
    }
    return out;
  },
);
