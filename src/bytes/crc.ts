/**
 * Makes a function that gives the CRC of some bytes: a checksum of 32 bits, reflected, as an unsigned
 * integer.
 * @param polynomial reflected, too.
 */
export function crcOf(polynomial: number): (bytes: Uint8Array) => number {
  // For each byte, the remainder of its division by the polynomial.
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    return ~crc >>> 0;
  };
}

/** The CRC-32 of PNG and zlib. @see https://www.w3.org/TR/png-3/ */
export const crc32 = /* @__PURE__ */ crcOf(0xedb88320);
