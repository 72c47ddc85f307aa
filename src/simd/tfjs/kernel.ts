import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";

/** One call of a kernel. */
export interface KernelCall<Inputs, Attrs> {
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly backend: SimdBackend;
}

/** A tfjs kernel on this backend. */
export interface SimdKernel {
  /** Its key in tfjs's registry. */
  readonly kernelName: string;
  /**
   * Does the call, or returns null without having done anything: then the kernel of the cpu backend
   * does it. That is the way out for dtypes and shapes that are rare and not worth a SIMD path.
   */
  readonly run: (
    call: KernelCall<NamedTensorInfoMap, NamedAttrMap>,
  ) => TensorInfo | TensorInfo[] | null;
}

/** Inputs as tfjs-core types them, without the undefined that each of them may be there. */
type Present<Inputs> = { [Name in keyof Inputs]: NonNullable<Inputs[Name]> };

/**
 * Defines a kernel with the types of its inputs and attributes, as tfjs-core exports them. An input
 * that may be missing needs a type of one's own: `{ x: TensorInfo; bias?: TensorInfo }`.
 */
export function defineKernel<Inputs, Attrs = object>(
  kernelName: string,
  run: (call: KernelCall<Present<Inputs>, Attrs>) => TensorInfo | TensorInfo[] | null,
): SimdKernel {
  return { kernelName, run: run as unknown as SimdKernel["run"] };
}
