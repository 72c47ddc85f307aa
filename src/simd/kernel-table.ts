import type { GradConfig } from "@tensorflow/tfjs-core";
import { convGradients, convKernels } from "./host/conv-table.ts";
import type { SimdKernel } from "./kernel.ts";
import { abs } from "./kernels/Abs.ts";
import { add } from "./kernels/Add.ts";
import { addN } from "./kernels/AddN.ts";
import { cast } from "./kernels/Cast.ts";
import { ceil } from "./kernels/Ceil.ts";
import { clipByValue } from "./kernels/ClipByValue.ts";
import { elu } from "./kernels/Elu.ts";
import { eluGrad } from "./kernels/EluGrad.ts";
import { equal } from "./kernels/Equal.ts";
import { exp } from "./kernels/Exp.ts";
import { expm1 } from "./kernels/Expm1.ts";
import { fill } from "./kernels/Fill.ts";
import { floor } from "./kernels/Floor.ts";
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
import { maximum } from "./kernels/Maximum.ts";
import { minimum } from "./kernels/Minimum.ts";
import { multiply } from "./kernels/Multiply.ts";
import { neg } from "./kernels/Neg.ts";
import { notEqual } from "./kernels/NotEqual.ts";
import { onesLike } from "./kernels/OnesLike.ts";
import { prelu } from "./kernels/Prelu.ts";
import { realDiv } from "./kernels/RealDiv.ts";
import { reciprocal } from "./kernels/Reciprocal.ts";
import { relu } from "./kernels/Relu.ts";
import { relu6 } from "./kernels/Relu6.ts";
import { round } from "./kernels/Round.ts";
import { rsqrt } from "./kernels/Rsqrt.ts";
import { select } from "./kernels/Select.ts";
import { selu } from "./kernels/Selu.ts";
import { sigmoid } from "./kernels/Sigmoid.ts";
import { sign } from "./kernels/Sign.ts";
import { softplus } from "./kernels/Softplus.ts";
import { sqrt } from "./kernels/Sqrt.ts";
import { square } from "./kernels/Square.ts";
import { squaredDifference } from "./kernels/SquaredDifference.ts";
import { step } from "./kernels/Step.ts";
import { sub } from "./kernels/Sub.ts";
import { tanh } from "./kernels/Tanh.ts";
import { zerosLike } from "./kernels/ZerosLike.ts";

/** Every kernel that has a SIMD path. */
export const simdKernels: readonly SimdKernel[] = [
  abs,
  add,
  addN,
  cast,
  ceil,
  clipByValue,
  elu,
  eluGrad,
  equal,
  exp,
  expm1,
  fill,
  floor,
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
  maximum,
  minimum,
  multiply,
  neg,
  notEqual,
  onesLike,
  prelu,
  realDiv,
  reciprocal,
  relu,
  relu6,
  round,
  rsqrt,
  select,
  selu,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  squaredDifference,
  step,
  sub,
  tanh,
  zerosLike,
  ...convKernels,
];

/** Gradients of kernels that only this backend has. */
export const simdGradients: readonly GradConfig[] = convGradients;
