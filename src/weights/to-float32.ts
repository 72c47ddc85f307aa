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

/** The value of an IEEE 754 half-precision number: 1 sign bit, 5 of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  // Subnormal numbers have no leading 1 and share the smallest exponent.
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
