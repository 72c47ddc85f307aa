import type { GradConfig } from "@tensorflow/tfjs-core";
import { convGradients, convKernels } from "./host/conv-table.ts";
import type { SimdKernel } from "./kernel.ts";
import { abs } from "./kernels/Abs.ts";
import { add } from "./kernels/Add.ts";
import { addN } from "./kernels/AddN.ts";
import { all } from "./kernels/All.ts";
import { any } from "./kernels/Any.ts";
import { argMax } from "./kernels/ArgMax.ts";
import { argMin } from "./kernels/ArgMin.ts";
import { avgPool } from "./kernels/AvgPool.ts";
import { avgPoolGrad } from "./kernels/AvgPoolGrad.ts";
import { cast } from "./kernels/Cast.ts";
import { ceil } from "./kernels/Ceil.ts";
import { clipByValue } from "./kernels/ClipByValue.ts";
import { concat } from "./kernels/Concat.ts";
import { elu } from "./kernels/Elu.ts";
import { eluGrad } from "./kernels/EluGrad.ts";
import { equal } from "./kernels/Equal.ts";
import { exp } from "./kernels/Exp.ts";
import { expm1 } from "./kernels/Expm1.ts";
import { fill } from "./kernels/Fill.ts";
import { floor } from "./kernels/Floor.ts";
import { fusedBatchNorm } from "./kernels/FusedBatchNorm.ts";
import { gatherV2 } from "./kernels/GatherV2.ts";
import { greater } from "./kernels/Greater.ts";
import { greaterEqual } from "./kernels/GreaterEqual.ts";
import { leakyRelu } from "./kernels/LeakyRelu.ts";
import { less } from "./kernels/Less.ts";
import { lessEqual } from "./kernels/LessEqual.ts";
import { log } from "./kernels/Log.ts";
import { log1p } from "./kernels/Log1p.ts";
import { logicalAnd } from "./kernels/LogicalAnd.ts";
import { logicalNot } from "./kernels/LogicalNot.ts";
import { logicalOr } from "./kernels/LogicalOr.ts";
import { max } from "./kernels/Max.ts";
import { maxPool } from "./kernels/MaxPool.ts";
import { maxPoolGrad } from "./kernels/MaxPoolGrad.ts";
import { maximum } from "./kernels/Maximum.ts";
import { mean } from "./kernels/Mean.ts";
import { min } from "./kernels/Min.ts";
import { minimum } from "./kernels/Minimum.ts";
import { mirrorPad } from "./kernels/MirrorPad.ts";
import { multiply } from "./kernels/Multiply.ts";
import { neg } from "./kernels/Neg.ts";
import { notEqual } from "./kernels/NotEqual.ts";
import { oneHot } from "./kernels/OneHot.ts";
import { onesLike } from "./kernels/OnesLike.ts";
import { pack } from "./kernels/Pack.ts";
import { padV2 } from "./kernels/PadV2.ts";
import { prelu } from "./kernels/Prelu.ts";
import { prod } from "./kernels/Prod.ts";
import { realDiv } from "./kernels/RealDiv.ts";
import { reciprocal } from "./kernels/Reciprocal.ts";
import { relu } from "./kernels/Relu.ts";
import { relu6 } from "./kernels/Relu6.ts";
import { reverse } from "./kernels/Reverse.ts";
import { round } from "./kernels/Round.ts";
import { rsqrt } from "./kernels/Rsqrt.ts";
import { select } from "./kernels/Select.ts";
import { selu } from "./kernels/Selu.ts";
import { sigmoid } from "./kernels/Sigmoid.ts";
import { sign } from "./kernels/Sign.ts";
import { slice } from "./kernels/Slice.ts";
import { softmax } from "./kernels/Softmax.ts";
import { softplus } from "./kernels/Softplus.ts";
import { splitV } from "./kernels/SplitV.ts";
import { sqrt } from "./kernels/Sqrt.ts";
import { square } from "./kernels/Square.ts";
import { squaredDifference } from "./kernels/SquaredDifference.ts";
import { step } from "./kernels/Step.ts";
import { stridedSlice } from "./kernels/StridedSlice.ts";
import { sub } from "./kernels/Sub.ts";
import { sum } from "./kernels/Sum.ts";
import { tanh } from "./kernels/Tanh.ts";
import { tile } from "./kernels/Tile.ts";
import { transpose } from "./kernels/Transpose.ts";
import { unpack } from "./kernels/Unpack.ts";
import { zerosLike } from "./kernels/ZerosLike.ts";

/** Every kernel that has a SIMD path. */
export const simdKernels: readonly SimdKernel[] = [
  abs,
  add,
  addN,
  all,
  any,
  argMax,
  argMin,
  avgPool,
  avgPoolGrad,
  cast,
  ceil,
  clipByValue,
  concat,
  elu,
  eluGrad,
  equal,
  exp,
  expm1,
  fill,
  floor,
  fusedBatchNorm,
  gatherV2,
  greater,
  greaterEqual,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  maxPool,
  maxPoolGrad,
  maximum,
  mean,
  min,
  minimum,
  mirrorPad,
  multiply,
  neg,
  notEqual,
  oneHot,
  onesLike,
  pack,
  padV2,
  prelu,
  prod,
  realDiv,
  reciprocal,
  relu,
  relu6,
  reverse,
  round,
  rsqrt,
  select,
  selu,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  splitV,
  sqrt,
  square,
  squaredDifference,
  step,
  stridedSlice,
  sub,
  sum,
  tanh,
  tile,
  transpose,
  unpack,
  zerosLike,
  ...convKernels,
];

/** Gradients of kernels that only this backend has. */
export const simdGradients: readonly GradConfig[] = convGradients;
