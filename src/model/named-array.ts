import { type Tensor, tensor } from "@tensorflow/tfjs-core";

/** The values of a tensor, in memory. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** Reads a tensor back from the device. */
export async function toArray(name: string, value: Tensor): Promise<NamedArray> {
  // A copy: some backends hand out their own memory.
  const values = (await value.data()).slice() as Float32Array | Int32Array;
  return { name, shape: value.shape, values };
}

/** The tensor of such values; the caller disposes it. */
export function toTensor({ values, shape }: NamedArray): Tensor {
  return tensor(values, [...shape], values instanceof Float32Array ? "float32" : "int32");
}

/** A whole number as such an array. */
export function wholeNumber(name: string, value: number): NamedArray {
  return { name, shape: [], values: Int32Array.of(value) };
}
