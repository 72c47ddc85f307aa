/**
 * A bijection of 32-bit integers in which every input bit reaches every output bit (the constants
 * are from Chris Wellons's search for low-bias hash functions).
 */
export function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
