import {
  backend_util,
  BatchMatMul,
  BatchToSpaceND,
  type BatchToSpaceNDAttrs,
  type BatchToSpaceNDInputs,
  DepthToSpace,
  type DepthToSpaceAttrs,
  type DepthToSpaceInputs,
  Einsum,
  type EinsumAttrs,
  FlipLeftRight,
  type FlipLeftRightInputs,
  PadV2,
  Reverse,
  Slice,
  SpaceToBatchND,
  type SpaceToBatchNDAttrs,
  type SpaceToBatchNDInputs,
  Sum,
  type Tensor,
  type TensorInfo,
  Transpose,
  util,
} from "@tensorflow/tfjs-core";
import { compose, type Composer } from "../compose.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** tfjs types the paddings and crops as lists of numbers; they are pairs. */
type Pairs = [number, number][];

const spaceToBatchND = defineKernel<SpaceToBatchNDInputs, SpaceToBatchNDAttrs>(
  SpaceToBatchND,
  ({ inputs: { x }, attrs: { blockShape, paddings }, backend }) => {
    if (x.dtype === "complex64" || x.dtype === "string") return null;
    const blocks = util.sizeFromShape(blockShape);
    const others = x.shape.slice(1 + blockShape.length).map((): [number, number] => [0, 0]);
    const pads: Pairs = [[0, 0], ...(paddings as unknown as Pairs), ...others];
    return compose(backend, ({ run, reshape }) => {
      const padded = run(PadV2, { x }, { paddings: pads, constantValue: 0 });
      const parts = backend_util.getReshaped(padded.shape, blockShape, blocks, false);
      const perm = backend_util.getPermuted(parts.length, blockShape.length, false);
      const shape = backend_util.getReshapedPermuted(padded.shape, blockShape, blocks, false);
      return reshape(run(Transpose, { x: reshape(padded, parts) }, { perm }), shape);
    });
  },
);

const batchToSpaceND = defineKernel<BatchToSpaceNDInputs, BatchToSpaceNDAttrs>(
  BatchToSpaceND,
  ({ inputs: { x }, attrs: { blockShape, crops }, backend }) => {
    if (x.dtype === "complex64" || x.dtype === "string") return null;
    const blocks = util.sizeFromShape(blockShape);
    const parts = backend_util.getReshaped(x.shape, blockShape, blocks);
    const perm = backend_util.getPermuted(parts.length, blockShape.length);
    const shape = backend_util.getReshapedPermuted(x.shape, blockShape, blocks);
    const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
    const size = backend_util.getSliceSize(shape, crops, blockShape.length);
    return compose(backend, ({ run, reshape }) => {
      const whole = reshape(run(Transpose, { x: reshape(x, parts) }, { perm }), shape);
      return run(Slice, { x: whole }, { begin, size });
    });
  },
);

const depthToSpace = defineKernel<DepthToSpaceInputs, DepthToSpaceAttrs>(
  DepthToSpace,
  ({ inputs: { x }, attrs: { blockSize: size, dataFormat }, backend }) => {
    if (dataFormat !== "NHWC" || x.dtype === "complex64" || x.dtype === "string") return null;
    const [batch, height, width, channels] = x.shape;
    const depth = channels / size ** 2;
    return compose(backend, ({ run, reshape }) => {
      const parts = reshape(x, [batch, height, width, size, size, depth]);
      const moved = run(Transpose, { x: parts }, { perm: [0, 1, 3, 2, 4, 5] });
      return reshape(moved, [batch, height * size, width * size, depth]);
    });
  },
);

/** An operand of a sum of products, with the letters of its dimensions. */
interface Operand {
  readonly tensor: TensorInfo;
  readonly letters: readonly string[];
}

/** Sums over the dimensions that are in none of `wanted`. */
function summed({ run }: Composer, operand: Operand, wanted: readonly string[]): Operand {
  const { tensor, letters } = operand;
  const axis = letters.flatMap((letter, i) => (wanted.includes(letter) ? [] : [i]));
  if (axis.length === 0) return operand;
  const left = letters.filter((letter) => wanted.includes(letter));
  return { tensor: run(Sum, { x: tensor }, { axis, keepDims: false }), letters: left };
}

/** Puts the dimensions in this order. */
function ordered({ run }: Composer, operand: Operand, order: readonly string[]): TensorInfo {
  const perm = order.map((letter) => operand.letters.indexOf(letter));
  return run(Transpose, { x: operand.tensor }, { perm });
}

/** A product of matrices: of letters in both and in the output a stack of them. */
function product(composer: Composer, a: Operand, b: Operand, out: readonly string[]): TensorInfo {
  const sizes = new Map<string, number>();
  for (const { tensor, letters } of [a, b]) {
    letters.forEach((letter, i) => sizes.set(letter, tensor.shape[i]));
  }
  const size = (letters: readonly string[]): number =>
    letters.reduce((all, letter) => all * sizes.get(letter)!, 1);
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const stack = shared.filter((letter) => out.includes(letter));
  const inner = shared.filter((letter) => !out.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const { run, reshape } = composer;
  const left = ordered(composer, a, [...stack, ...rows, ...inner]);
  const right = ordered(composer, b, [...stack, ...inner, ...columns]);
  const matrices = run(
    BatchMatMul,
    {
      a: reshape(left, [size(stack), size(rows), size(inner)]),
      b: reshape(right, [size(stack), size(inner), size(columns)]),
    },
    { transposeA: false, transposeB: false },
  );
  const letters = [...stack, ...rows, ...columns];
  const shape = letters.map((letter) => sizes.get(letter)!);
  return ordered(composer, { tensor: reshape(matrices, shape), letters }, out);
}

/** A sum of products of one or two float32 operands. */
const einsum = defineKernel<TensorInfo[], EinsumAttrs>(
  Einsum,
  ({ inputs, attrs: { equation }, backend }) => {
    const tensors = Object.values(inputs);
    const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, tensors.length);
    backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as Tensor[]);
    const out = Array.from(equation.replace(/\s/g, "").split("->")[1]);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    if (new Set(out).size !== out.length) return null;
    const [a, b] = tensors.map((tensor, i) => ({
      tensor,
      letters: idDims[i].map((dimension) => allDims[dimension]),
    }));
    return compose(backend, (composer) => {
      if (tensors.length === 1) return ordered(composer, summed(composer, a, out), out);
      const left = summed(composer, a, [...out, ...b.letters]);
      const right = summed(composer, b, [...out, ...a.letters]);
      return product(composer, left, right, out);
    });
  },
);

/** Turns pictures [batch, height, width, channels] round. */
const flipLeftRight = defineKernel<FlipLeftRightInputs>(
  FlipLeftRight,
  ({ inputs: { image }, backend }) =>
    compose(backend, ({ run }) => run(Reverse, { x: image }, { dims: [2] })),
);

export const compositeKernels: readonly SimdKernel[] = [
  ...[batchToSpaceND, depthToSpace, einsum, flipLeftRight, spaceToBatchND],
];
