import { fromHalf } from "./half.ts";
import type { SafeTensor } from "./safetensors.ts";

/**
 * The elements of a floating-point tensor as float32: the same numbers for F32, F16 and BF16,
 * rounded ones for F64. `undefined` for the other types, which weights do not come in.
 */
export function toFloat32({ dtype, data }: SafeTensor): Float32Array | undefined {
  switch (dtype) {
    case "F32":
      return data as Float32Array;
    case "F64":
      return Float32Array.from(data as Float64Array);
    case "F16":
      return Float32Array.from(data as Uint16Array, fromHalf);
    case "BF16":
      // The upper half of a float32's bits.
      return new Float32Array(Uint32Array.from(data as Uint16Array, (bits) => bits << 16).buffer);
    default:
      return undefined;
  }
}
