import { allocate } from "./allocate.ts";
import { DataError } from "../errors.ts";
import { unshared } from "./unshared.ts";

/**
 * Decompresses bytes with what the platform has built in (Node and browsers do).
 * @param format `"gzip"`, or `"deflate"` for a zlib stream.
 * @param what they are, for messages, e.g. `"gzip file"`.
 * @param maxBytes the most that may come out, so that few bytes cannot fill the memory.
 * @throws {DataError} if the bytes are damaged or hold more than `maxBytes`.
 */
export async function decompress(
  subject: string,
  { format, what }: { readonly format: "gzip" | "deflate"; readonly what: string },
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const damaged = (expected: string, got: string, cause?: unknown): DataError => {
    const remedy = "the file is damaged or another one: get it again";
    return new DataError({ subject, expected, got, remedy, cause });
  };
  const out = allocate(Uint8Array, maxBytes, {
    subject,
    what: `the decompressed ${what}`,
    remedy: "correct the size that it is said to have, or split the file",
  });
  let length = 0;
  const stream = new Blob([unshared(bytes) as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged(`an intact ${what}`, (cause as Error).message, cause);
    });
    if (done) return out.subarray(0, length);
    if (length + value.length > maxBytes) {
      await reader.cancel();
      throw damaged(`at most ${maxBytes} bytes after decompression`, "more");
    }
    out.set(value, length);
    length += value.length;
  }
}
