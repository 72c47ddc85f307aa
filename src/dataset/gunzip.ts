import { DataError } from "../errors.ts";

/** Whether bytes start as gzip files do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The contents of a gzip file, decompressed by the platform (Node and browsers have it built in).
 * @param maxBytes the most that may come out, so that a small file cannot fill the memory.
 * @throws {DataError} if the file is damaged or holds more than `maxBytes`.
 */
export async function gunzip(
  name: string,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array> {
  const out = new Uint8Array(maxBytes);
  let length = 0;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw damaged("an intact gzip file", (cause as Error).message, cause);
    });
    if (done) return out.subarray(0, length);
    if (length + value.length > maxBytes) {
      await reader.cancel();
      throw damaged(`at most ${maxBytes} bytes after decompression`, "more");
    }
    out.set(value, length);
    length += value.length;
  }

  function damaged(expected: string, got: string, cause?: unknown): DataError {
    const remedy = "the file is damaged or another one: get it again";
    return new DataError({ subject: `gunzip of ${name}`, expected, got, remedy, cause });
  }
}
