import { roundHalfEven } from "../text/round-half-even.ts";

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The IEEE 754 half-precision numbers nearest to float32 values, ties to even, as their bits; beyond
 * 65,504 infinity. Relative error up to 2^-11 from 2^-14 on, absolute error up to 2^-25 below.
 */
export function toHalf(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    float[0] = value;
    const sign = (bits[0] >>> 16) & 0x8000;
    const magnitude = bits[0] & 0x7fffffff;
    // NaN stays NaN, whatever its fraction.
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x477ff000) return sign | 0x7c00;
    if (magnitude < 0x38800000) {
      // Below the smallest normal number: so many times 2^-24.
      return sign | roundHalfEven(Math.abs(value) * 2 ** 24);
    }
    // The exponent's bias goes from 127 to 15; rounding the fraction may carry into the exponent.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  });
}

/** The value of an IEEE 754 half-precision number: 1 sign bit, 5 of exponent, 10 of fraction. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  // Subnormal numbers have no leading 1 and share the smallest exponent.
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
