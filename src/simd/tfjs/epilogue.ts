import { getKernel, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import { shown, SimdBackendError } from "../simd-error.ts";
import type { SimdBackend } from "./backend.ts";

/** What tfjs's fused operations do behind their product. */
export interface Epilogue {
  readonly bias?: TensorInfo | undefined;
  readonly activation?: string | undefined;
  readonly preluActivationWeights?: TensorInfo | undefined;
  readonly leakyreluAlpha?: number | undefined;
}

/** tfjs's names of activations that take no further input. */
const UNARY: Record<string, string> = {
  ...{ relu: "Relu", relu6: "Relu6", elu: "Elu", sigmoid: "Sigmoid", leakyrelu: "LeakyRelu" },
};

/** tfjs-converter passes on what TensorFlow fuses, which may be another activation. */
function checkActivation({ activation = "linear", preluActivationWeights }: Epilogue): void {
  const prelu = activation === "prelu" && preluActivationWeights != null;
  if (prelu || activation === "linear" || Object.keys(UNARY).includes(activation)) return;
  throw new SimdBackendError(
    "simd backend",
    `a fused activation out of linear, ${Object.keys(UNARY).join(", ")} and prelu with its weights`,
    shown(activation),
    "apply it as an operation of its own",
  );
}

/** The part of an epilogue that product kernels do themselves, and whether that is all. */
export function insideProduct(
  epilogue: Epilogue,
  channels: number,
): { bias: TensorInfo | undefined; relu: boolean; complete: boolean } {
  checkActivation(epilogue);
  const { bias, activation = "linear" } = epilogue;
  const perChannel =
    bias?.dtype === "float32" && bias.shape.length === 1 && bias.shape[0] === channels;
  const inside = perChannel ? bias : undefined;
  const biasDone = bias === undefined || perChannel;
  const relu = biasDone && activation === "relu";
  return { bias: inside, relu, complete: biasDone && (relu || activation === "linear") };
}

/** Adds what `insideProduct` left over; disposes `product` if the result is another tensor. */
export function applyEpilogue(
  backend: SimdBackend,
  product: TensorInfo,
  epilogue: Epilogue,
  done: ReturnType<typeof insideProduct>,
): TensorInfo {
  if (done.complete) return product;
  const { bias, activation = "linear", preluActivationWeights, leakyreluAlpha } = epilogue;
  let current = product;
  const apply = (kernelName: string, inputs: Record<string, TensorInfo>): void => {
    const attrs = { alpha: leakyreluAlpha } as unknown as NamedAttrMap;
    const next = getKernel(kernelName, "simd").kernelFunc({ inputs, attrs, backend });
    backend.disposeData(current.dataId);
    current = next as TensorInfo;
  };
  if (bias && !done.bias) apply("Add", { a: current, b: bias });
  if (activation === "prelu" && preluActivationWeights) {
    apply("Prelu", { x: current, alpha: preluActivationWeights });
  } else if (activation !== "linear" && !done.relu) apply(UNARY[activation], { x: current });
  return current;
}
