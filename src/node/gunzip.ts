import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { DataError } from "../errors.ts";
import { errorCode } from "./file-errors.ts";

/**
 * The decompressed contents of a gzip file, in chunks.
 * @param maxBytes the most that may come out, so that a small file cannot fill the memory.
 * @throws {DataError} if the file is not gzip, damaged, or decompresses to more than `maxBytes`.
 */
export async function* gunzipFile(path: string, maxBytes: number): AsyncGenerator<Uint8Array> {
  // A failure of either stream reaches the loop below; the callback has nothing left to do.
  const out = pipeline(createReadStream(path), createGunzip(), () => undefined);
  let total = 0;
  try {
    for await (const chunk of out as AsyncIterable<Uint8Array>) {
      total += chunk.length;
      if (total > maxBytes) throw damaged(`at most ${maxBytes} bytes after decompression`, "more");
      yield chunk;
    }
  } catch (error) {
    if (isZlibError(error)) throw damaged("an intact gzip file", error.message, error);
    throw error;
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && errorCode(error).startsWith("Z_");
}

function damaged(expected: string, got: string, cause?: unknown): DataError {
  const remedy = "the file is damaged or another one: get it again";
  return new DataError({ subject: "gunzip", expected, got, remedy, cause });
}
