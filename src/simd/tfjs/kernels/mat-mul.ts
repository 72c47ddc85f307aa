import {
  _FusedMatMul,
  type _FusedMatMulAttrs,
  BatchMatMul,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  broadcast_util,
  engine,
  type GradConfig,
  type Tensor,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { epilogue, LINEAR } from "../../plans/epilogue.ts";
import { gemm, panelsOfB } from "../../plans/gemm.ts";
import { type ActivationAttrs, activatedProduct } from "../activation.ts";
import type { SimdBackend } from "../backend.ts";
import { applyEpilogue, epilogueOf, type Inside, insideProduct } from "../epilogue.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { throughEpilogue } from "./batch-norm.ts";

interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** The product of two stacks of matrices, whose outer dimensions broadcast; then a bias and an activation. */
function multiplied(
  backend: SimdBackend,
  { a, b, transposeA = false, transposeB = false }: Product,
  { bias, slopes, activation }: Inside,
): TensorInfo {
  const [m, k] = matrixSize(a.shape, transposeA);
  const [innerB, n] = matrixSize(b.shape, transposeB);
  util.assert(
    k === innerB,
    () =>
      `Error in matMul: inner shapes (${k}) and (${innerB}) of Tensors with shapes ${String(a.shape)} and ` +
      `${String(b.shape)} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const [outerA, outerB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const shape = { m, n, k, transposeA, transposeB, outerA, outerB, outer };
  const out = backend.output([...outer, m, n]);
  const panels = panelsOfB(shape);
  // In training weights are new at each step, and tasks pack as they go.
  const isKept = panels !== null && backend.comesAgain(b, panels);
  const { name, alpha } = activation;
  backend.run(
    [BatchMatMul, a.shape, b.shape, transposeA, transposeB, isKept, name, alpha],
    {
      a: backend.pointer(a),
      b: backend.pointer(b),
      bias: bias ? backend.pointer(bias) : null,
      slopes: slopes ? backend.pointer(slopes) : null,
      c: backend.pointer(out),
    },
    (plan, places) => {
      gemm(plan, shape, places, epilogue(plan, activation, n, places), isKept);
    },
    isKept ? { b: backend.prepared(b) } : undefined,
  );
  return out;
}

function matrixSize(shape: readonly number[], transpose: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return transpose ? [columns, rows] : [rows, columns];
}

const batchMatMul = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(
  BatchMatMul,
  ({ inputs: { a, b }, attrs: { transposeA, transposeB }, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    return multiplied(backend, { a, b, transposeA, transposeB }, { activation: LINEAR });
  },
);

interface FusedInputs {
  a: TensorInfo;
  b: TensorInfo;
  bias?: TensorInfo;
  preluActivationWeights?: TensorInfo;
}

const fusedMatMul = defineKernel<FusedInputs, _FusedMatMulAttrs>(
  _FusedMatMul,
  ({ inputs, attrs, backend }) => {
    const { a, b } = inputs;
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    const { transposeA, transposeB } = attrs;
    const fused = epilogueOf(inputs, attrs);
    const done = insideProduct(fused, b.shape.at(transposeB ? -2 : -1) ?? 0);
    const product = multiplied(backend, { a, b, transposeA, transposeB }, done.inside);
    return applyEpilogue(backend, product, fused, done);
  },
);

const MatMulBiasActivation = "MatMulBiasActivation";

interface BiasActivationInputs {
  x: TensorInfo;
  kernel: TensorInfo;
  bias?: TensorInfo;
}

/** activation(x kernel + bias) in one pass. */
const matMulBiasActivation = defineKernel<BiasActivationInputs, ActivationAttrs>(
  MatMulBiasActivation,
  ({ inputs: { x, kernel, bias }, attrs, backend }) => {
    if ([x, kernel, bias].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    return activatedProduct(backend, attrs, (activation) =>
      multiplied(backend, { a: x, b: kernel }, { bias, activation }),
    );
  },
);

export const matMulBiasActivationGradient: GradConfig = {
  kernelName: MatMulBiasActivation,
  inputsToSave: ["x", "kernel"],
  outputsToSave: [false, true],
  gradFunc: (dys, [x, kernel, ...kept], attrs) => {
    const { dproduct, dbias } = throughEpilogue(dys, kept, attrs);
    const product = (a: Tensor, b: Tensor, transposeA: boolean): Tensor =>
      engine().runKernel(BatchMatMul, { a, b }, { transposeA, transposeB: !transposeA });
    return {
      x: () => product(dproduct, kernel, false),
      kernel: () => product(x, dproduct, true),
      bias: dbias,
    };
  },
};

export const matMulKernels: readonly SimdKernel[] = [
  ...[batchMatMul, fusedMatMul, matMulBiasActivation],
];
