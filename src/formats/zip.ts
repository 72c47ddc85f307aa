/** Zip files that hold a few files, as Keras writes them. */
import { unzipSync, zipSync } from "fflate";
import { crc32 } from "../bytes/crc.ts";
import { CifarKitError, DataError } from "../errors.ts";
import { messageOf } from "../text/describe.ts";

/** How many times larger than the zip what it holds may be: numbers hardly shrink, and Keras shrinks nothing. */
const MOST_GROWTH = 32;
/** What may come on top, for text shrinks well. */
const ROOM = 2 ** 20;

/** A zip of some files as they are, not compressed; the same bytes at any time. */
export function writeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync({ ...files }, { level: 0, mtime: new Date(1980, 0, 1) });
}

/**
 * The files of these names in a zip, as far as it has them. A file's size is known before it is unpacked,
 * so that few bytes cannot fill the memory.
 * @throws {DataError} if the zip is damaged, or if one of them is beyond reason large.
 */
export function readZip<Name extends string>(
  subject: string,
  bytes: Uint8Array,
  names: readonly Name[],
): Partial<Record<Name, Uint8Array>> {
  const most = MOST_GROWTH * bytes.length + ROOM;
  try {
    const sums = checksums(bytes);
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!names.includes(name as Name)) return false;
        if (originalSize > most) throw tooLarge(subject, name, originalSize, most);
        return true;
      },
    });
    for (const [name, content] of Object.entries(files)) {
      if (crc32(content) !== sums.get(name))
        throw damaged(subject, `${name} with another checksum`);
    }
    return files as Partial<Record<Name, Uint8Array>>;
  } catch (cause) {
    throw cause instanceof CifarKitError ? cause : damaged(subject, `"${messageOf(cause)}"`, cause);
  }
}

/** The checksum of each file by the list at the zip's end, at which fflate does not look. */
function checksums(bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const sums = new Map<string, number>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const length = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    sums.set(name, view.getUint32(at + 16, true));
    at += 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return sums;
}

function tooLarge(subject: string, name: string, size: number, most: number): DataError {
  return new DataError({
    subject,
    expected: `at most ${most} bytes of ${name} in a zip of this size`,
    got: `${size}`,
    remedy: "save the model in Keras again, which does not compress it",
  });
}

function damaged(subject: string, got: string, cause?: unknown): DataError {
  return new DataError({
    subject,
    expected: "an intact zip",
    got,
    remedy: "the file is damaged or was cut off: get it again",
    cause,
  });
}
