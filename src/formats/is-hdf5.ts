const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** The least room for other data that may stand before an HDF5 file; otherwise twice that, and so on. */
const USER_BLOCK = 512;

/** Whether bytes are an HDF5 file, maybe behind a block of its user's. */
export function isHdf5(bytes: Uint8Array): boolean {
  for (let start = 0; start < bytes.length; start = 2 * start || USER_BLOCK) {
    if (SIGNATURE.every((byte, i) => bytes[start + i] === byte)) return true;
  }
  return false;
}
