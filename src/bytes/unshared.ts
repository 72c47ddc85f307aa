/**
 * The bytes, or a copy of them if they lie in memory that threads share: hashing, decompression and
 * the decoding of text refuse such memory.
 */
export function unshared(bytes: Uint8Array): Uint8Array {
  // By its name: pages that are not isolated do not have the class.
  const isShared = Object.prototype.toString.call(bytes.buffer) === "[object SharedArrayBuffer]";
  return isShared ? bytes.slice() : bytes;
}
