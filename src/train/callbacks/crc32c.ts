import { crcOf } from "../../bytes/crc.ts";

/** The CRC-32C checksum of some bytes, by Castagnoli's polynomial. @see RFC 3720, appendix B.4 */
export const crc32c = /* @__PURE__ */ crcOf(0x82f63b78);
