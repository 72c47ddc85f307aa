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
import { gemm } from "../../plans/gemm.ts";
import type { SimdBackend } from "../backend.ts";
import { applyEpilogue, insideProduct } from "../epilogue.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { BiasActivationGrad } from "./batch-norm.ts";

interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo | undefined;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly relu?: boolean;
}

/** The product of two stacks of matrices, whose outer dimensions broadcast. */
function multiplied(
  backend: SimdBackend,
  { a, b, bias, transposeA = false, transposeB = false, relu = false }: Product,
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
  backend.run(
    ["BatchMatMul", a.shape, b.shape, transposeA, transposeB, relu],
    {
      a: backend.pointer(a),
      b: backend.pointer(b),
      bias: bias ? backend.pointer(bias) : null,
      c: backend.pointer(out),
    },
    (plan, places) => {
      gemm(plan, shape, places, relu);
    },
  );
  return out;
}

function matrixSize(shape: readonly number[], transpose: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return transpose ? [columns, rows] : [rows, columns];
}

const batchMatMul = defineKernel<BatchMatMulInputs, BatchMatMulAttrs>(
  BatchMatMul,
  ({ inputs: { a, b }, attrs, backend }) => {
    if (a.dtype !== "float32" || b.dtype !== "float32") return null;
    return multiplied(backend, { a, b, ...attrs });
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
    const epilogue = { ...attrs, ...inputs };
    const done = insideProduct(epilogue, b.shape.at(transposeB ? -2 : -1) ?? 0);
    const { bias, relu } = done;
    const product = multiplied(backend, { a, b, transposeA, transposeB, bias, relu });
    return applyEpilogue(backend, product, epilogue, done);
  },
);

const MatMulBiasActivation = "MatMulBiasActivation";

interface BiasActivationInputs {
  x: TensorInfo;
  kernel: TensorInfo;
  bias?: TensorInfo;
}

interface BiasActivationAttrs {
  readonly activation: "linear" | "relu";
}

/** activation(x kernel + bias) in one pass. */
const matMulBiasActivation = defineKernel<BiasActivationInputs, BiasActivationAttrs>(
  MatMulBiasActivation,
  ({ inputs: { x, kernel, bias }, attrs: { activation }, backend }) => {
    if ([x, kernel, bias].some((tensor) => tensor && tensor.dtype !== "float32")) return null;
    return multiplied(backend, { a: x, b: kernel, bias, relu: activation === "relu" });
  },
);

export const matMulBiasActivationGradient: GradConfig = {
  kernelName: MatMulBiasActivation,
  inputsToSave: ["x", "kernel"],
  outputsToSave: [true],
  gradFunc: (dy, saved, attrs) => {
    const [x, kernel, y] = saved;
    const { activation } = attrs as unknown as BiasActivationAttrs;
    const [dproduct, dbias] = engine().runKernel(
      BiasActivationGrad,
      activation === "relu" ? { dy: dy as Tensor, y } : { dy: dy as Tensor },
    ) as unknown as Tensor[];
    const product = (a: Tensor, b: Tensor, transposeA: boolean): Tensor =>
      engine().runKernel(BatchMatMul, { a, b }, { transposeA, transposeB: !transposeA });
    return {
      x: () => product(dproduct, kernel, false),
      kernel: () => product(x, dproduct, true),
      bias: () => dbias,
    };
  },
};

export const matMulKernels: readonly SimdKernel[] = [
  ...[batchMatMul, fusedMatMul, matMulBiasActivation],
];
