import { decompress } from "./decompress.ts";

/** Whether bytes start as gzip files do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The contents of a gzip file.
 * @param maxBytes the most that may come out, so that a small file cannot fill the memory.
 * @throws {DataError} if the file is damaged or holds more than `maxBytes`.
 */
export function gunzip(name: string, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return decompress(`gunzip of ${name}`, { format: "gzip", what: "gzip file" }, bytes, maxBytes);
}
