import { getKernel, type NamedAttrMap, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { UnaryOperation } from "../plans/element-wise.ts";
import { type Activation, LINEAR } from "../plans/epilogue.ts";
import { shown, SimdBackendError } from "../simd-error.ts";
import type { SimdBackend } from "./backend.ts";

/** What tfjs's fused operations do behind their product. */
export interface Epilogue {
  readonly bias?: TensorInfo | undefined;
  readonly activation?: string | undefined;
  readonly preluActivationWeights?: TensorInfo | undefined;
  readonly leakyreluAlpha?: number | undefined;
}

/** The epilogue of a fused kernel's call. Copying all of its inputs and attributes would take longer. */
export function epilogueOf(
  { bias, preluActivationWeights }: Pick<Epilogue, "bias" | "preluActivationWeights">,
  { activation, leakyreluAlpha }: Pick<Epilogue, "activation" | "leakyreluAlpha">,
): Epilogue {
  return { bias, preluActivationWeights, activation, leakyreluAlpha };
}

/** The part of an epilogue that product kernels do themselves. */
export interface Inside {
  readonly bias?: TensorInfo | undefined;
  /** Of Prelu, one for each channel. */
  readonly slopes?: TensorInfo | undefined;
  readonly activation: Activation;
}

/** Kernels by tfjs's names of activations that take no further input. */
const UNARY: Readonly<Record<string, UnaryOperation>> = {
  ...{ relu: "Relu", relu6: "Relu6", elu: "Elu", sigmoid: "Sigmoid", leakyrelu: "LeakyRelu" },
};

/** tfjs-converter passes on what TensorFlow fuses, which may be another activation. */
function kernelOf({ activation = "linear", preluActivationWeights }: Epilogue): Activation["name"] {
  if (activation === "linear") return "Linear";
  if (activation === "prelu" && preluActivationWeights != null) return "Prelu";
  if (Object.keys(UNARY).includes(activation)) return UNARY[activation];
  throw new SimdBackendError(
    "simd backend",
    `a fused activation out of linear, ${Object.keys(UNARY).join(", ")} and prelu with its weights`,
    shown(activation),
    "apply it as an operation of its own",
  );
}

/** What of an epilogue goes into the product, and whether that is all. */
export function insideProduct(
  epilogue: Epilogue,
  channels: number,
): { inside: Inside; complete: boolean } {
  const name = kernelOf(epilogue);
  const { bias, preluActivationWeights: slopes, leakyreluAlpha: alpha } = epilogue;
  const perChannel = (tensor: TensorInfo): boolean =>
    tensor.dtype === "float32" &&
    tensor.shape.at(-1) === channels &&
    util.sizeFromShape(tensor.shape) === channels;
  if (bias && !(bias.shape.length === 1 && perChannel(bias))) {
    return { inside: { activation: LINEAR }, complete: false };
  }
  if (name === "Prelu" && !perChannel(slopes!)) {
    return { inside: { bias, activation: LINEAR }, complete: false };
  }
  const given = name === "Prelu" ? slopes : undefined;
  return { inside: { bias, slopes: given, activation: { name, alpha } }, complete: true };
}

/** Adds what `insideProduct` left over; disposes `product` if the result is another tensor. */
export function applyEpilogue(
  backend: SimdBackend,
  product: TensorInfo,
  epilogue: Epilogue,
  { inside, complete }: ReturnType<typeof insideProduct>,
): TensorInfo {
  if (complete) return product;
  const { bias, preluActivationWeights, leakyreluAlpha } = epilogue;
  let current = product;
  const apply = (kernelName: string, inputs: Record<string, TensorInfo>): void => {
    const attrs = { alpha: leakyreluAlpha } as unknown as NamedAttrMap;
    const next = getKernel(kernelName, "simd").kernelFunc({ inputs, attrs, backend });
    backend.disposeData(current.dataId);
    current = next as TensorInfo;
  };
  if (bias && !inside.bias) apply("Add", { a: current, b: bias });
  const name = kernelOf(epilogue);
  if (name === "Prelu") apply(name, { x: current, alpha: preluActivationWeights! });
  else if (name !== "Linear") apply(name, { x: current });
  return current;
}
