import { checkBytes } from "../checks.ts";
import { DataError } from "../errors.ts";

/** The bytes of an IDX file and how they are arranged. */
export interface IdxArray {
  /** Sizes along each axis, e.g. `[10000, 28, 28]`. */
  readonly shape: readonly number[];
  /** The elements, row-major: a view into the file's bytes, not a copy. */
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * The array in an IDX file, the format of MNIST and its successors: two zero bytes, the type of the
 * elements, the number of axes, the size of each axis (four bytes, highest first), the elements.
 * @param bytes a whole file, decompressed; not modified.
 * @throws {DataError} if the bytes are not an IDX file of unsigned bytes, whole and with nothing
 * after it.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function decodeIdx(bytes: Uint8Array): IdxArray {
  checkBytes("decodeIdx", bytes);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0) {
    throw damaged("two zero bytes at the start of an IDX file", "others");
  }
  if (bytes[2] !== UNSIGNED_BYTE) {
    throw damaged(`elements of type ${UNSIGNED_BYTE}, unsigned bytes`, `type ${bytes[2]}`);
  }
  const axes = bytes[3];
  const start = 4 + 4 * axes;
  if (axes === 0 || bytes.length < start) {
    throw damaged("the sizes of at least one axis", `${bytes.length} bytes for ${axes} axes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - start !== count) {
    throw damaged(`${count} elements for ${shape.join(" x ")}`, `${bytes.length - start}`);
  }
  return { shape, data: bytes.subarray(start) };
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the file is damaged or of another kind: get it again";
  return new DataError({ subject: "decodeIdx", expected, got, remedy });
}
