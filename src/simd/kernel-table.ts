import type { GradConfig } from "@tensorflow/tfjs-core";
import type { SimdKernel } from "./kernel.ts";
import { abs } from "./kernels/Abs.ts";
import { adamUpdate } from "./kernels/AdamUpdate.ts";
import { add } from "./kernels/Add.ts";
import { addN } from "./kernels/AddN.ts";
import { all } from "./kernels/All.ts";
import { any } from "./kernels/Any.ts";
import { argMax } from "./kernels/ArgMax.ts";
import { argMin } from "./kernels/ArgMin.ts";
import { avgPool } from "./kernels/AvgPool.ts";
import { avgPoolGrad } from "./kernels/AvgPoolGrad.ts";
import { batchMatMul } from "./kernels/BatchMatMul.ts";
import { batchNormTraining, batchNormTrainingGradient } from "./kernels/BatchNormTraining.ts";
import { batchNormTrainingGrad } from "./kernels/BatchNormTrainingGrad.ts";
import { biasActivationGrad } from "./kernels/BiasActivationGrad.ts";
import { cast } from "./kernels/Cast.ts";
import { ceil } from "./kernels/Ceil.ts";
import { clipByValue } from "./kernels/ClipByValue.ts";
import { concat } from "./kernels/Concat.ts";
import { conv2DKernel } from "./kernels/Conv2D.ts";
import { conv2DBackpropFilter } from "./kernels/Conv2DBackpropFilter.ts";
import { conv2DBackpropInput } from "./kernels/Conv2DBackpropInput.ts";
import {
  conv2DBiasActivation,
  conv2DBiasActivationGradient,
} from "./kernels/Conv2DBiasActivation.ts";
import { depthwiseConv2dNative } from "./kernels/DepthwiseConv2dNative.ts";
import { depthwiseConv2dNativeBackpropFilter } from "./kernels/DepthwiseConv2dNativeBackpropFilter.ts";
import { depthwiseConv2dNativeBackpropInput } from "./kernels/DepthwiseConv2dNativeBackpropInput.ts";
import { elu } from "./kernels/Elu.ts";
import { eluGrad } from "./kernels/EluGrad.ts";
import { equal } from "./kernels/Equal.ts";
import { exp } from "./kernels/Exp.ts";
import { expm1 } from "./kernels/Expm1.ts";
import { fill } from "./kernels/Fill.ts";
import { floor } from "./kernels/Floor.ts";
import { fusedBatchNorm } from "./kernels/FusedBatchNorm.ts";
import { fusedConv2D } from "./kernels/FusedConv2D.ts";
import { fusedDepthwiseConv2D } from "./kernels/FusedDepthwiseConv2D.ts";
import { fusedMatMul } from "./kernels/_FusedMatMul.ts";
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
import {
  matMulBiasActivation,
  matMulBiasActivationGradient,
} from "./kernels/MatMulBiasActivation.ts";
import { max } from "./kernels/Max.ts";
import { maximum } from "./kernels/Maximum.ts";
import { maxPool } from "./kernels/MaxPool.ts";
import { maxPoolGrad } from "./kernels/MaxPoolGrad.ts";
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
import { seededDropout, seededDropoutGradient } from "./kernels/SeededDropout.ts";
import { select } from "./kernels/Select.ts";
import { selu } from "./kernels/Selu.ts";
import { sgdUpdate } from "./kernels/SgdUpdate.ts";
import { sigmoid } from "./kernels/Sigmoid.ts";
import { sign } from "./kernels/Sign.ts";
import { slice } from "./kernels/Slice.ts";
import { softmax } from "./kernels/Softmax.ts";
import { softplus } from "./kernels/Softplus.ts";
import {
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGrad,
  sparseSoftmaxCrossEntropyGradient,
} from "./kernels/SparseSoftmaxCrossEntropy.ts";
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
  adamUpdate,
  add,
  addN,
  all,
  any,
  argMax,
  argMin,
  avgPool,
  avgPoolGrad,
  batchMatMul,
  batchNormTraining,
  batchNormTrainingGrad,
  biasActivationGrad,
  cast,
  ceil,
  clipByValue,
  concat,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  conv2DBiasActivation,
  conv2DKernel,
  depthwiseConv2dNative,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
  elu,
  eluGrad,
  equal,
  exp,
  expm1,
  fill,
  floor,
  fusedBatchNorm,
  fusedConv2D,
  fusedDepthwiseConv2D,
  fusedMatMul,
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
  matMulBiasActivation,
  max,
  maximum,
  maxPool,
  maxPoolGrad,
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
  seededDropout,
  select,
  selu,
  sgdUpdate,
  sigmoid,
  sign,
  slice,
  softmax,
  softplus,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGrad,
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
];

/** Gradients of kernels that only this backend has. */
export const simdGradients: readonly GradConfig[] = [
  batchNormTrainingGradient,
  conv2DBiasActivationGradient,
  matMulBiasActivationGradient,
  seededDropoutGradient,
  sparseSoftmaxCrossEntropyGradient,
];
