/**
 * A reader, not an extractor, for tar archives: it hands out the bytes of the files it was asked for
 * and never touches the file system, so a name in an archive is only ever compared. Everything that
 * such an archive has no need of (links, devices, extended headers, sparse files) is refused.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar)
 */
import { joinBytes } from "../bytes/bytes.ts";
import { DataError } from "../errors.ts";

const BLOCK = 512;
/** More entries than any archive we read has, and few enough to go through in no time. */
const MAX_ENTRIES = 1000;
const END = "two zero blocks at the archive's end";

const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

/** A file of an archive. */
export interface TarFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The wanted regular files of a tar archive, in the archive's order, each as soon as it is read.
 * @param chunks the (uncompressed) archive in pieces of any size; read to its end.
 * @param wanted names, exactly as in the archive, with the largest size in bytes of each.
 * @throws {DataError} if the archive is damaged, contains what it need not, or lacks a file.
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  wanted: ReadonlyMap<string, number>,
): AsyncGenerator<TarFile> {
  const input = new BlockReader(chunks);
  try {
    yield* readEntries(input, wanted);
  } finally {
    // Also where the archive is damaged or nobody wants more: a file that stays open cannot be
    // removed everywhere.
    await input.close();
  }
}

async function* readEntries(
  input: BlockReader,
  wanted: ReadonlyMap<string, number>,
): AsyncGenerator<TarFile> {
  const missing = new Set(wanted.keys());
  for (let entries = 0; ; entries++) {
    const header = await input.take(BLOCK);
    if (isZero(header)) break;
    if (entries === MAX_ENTRIES) throw damaged(`at most ${MAX_ENTRIES} entries`, "more");
    const { name, type, size } = parseHeader(header);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    const limit = wanted.get(name);
    if (type === "directory" || limit === undefined) {
      await input.skip(size + padding);
      continue;
    }
    if (!missing.delete(name)) throw damaged(`${name} only once`, "it twice");
    if (size > limit) throw damaged(`at most ${limit} bytes in ${name}`, `${size}`);
    const bytes = await input.take(size);
    await input.skip(padding);
    yield { name, bytes };
  }
  if (!isZero(await input.take(BLOCK))) throw damaged(END, "one zero block");
  if (missing.size > 0) throw damaged([...missing].join(", "), "an archive without");
  // To the end, so that whoever decompresses gets to check the checksum there.
  await input.drain();
}

interface Entry {
  readonly name: string;
  readonly type: "file" | "directory";
  readonly size: number;
}

function parseHeader(header: Uint8Array): Entry {
  const text = (from: number, to: number): string => {
    const field = String.fromCharCode(...header.subarray(from, to));
    const end = field.indexOf("\0");
    return end === -1 ? field : field.slice(0, end);
  };
  // The checksum is the sum of all header bytes, its own eight counted as spaces.
  let sum = 8 * 0x20;
  header.forEach((byte, i) => (sum += i >= 148 && i < 156 ? 0 : byte));
  if (octal(text(148, 156), "checksum") !== sum) throw damaged("right header checksums", "another");

  const magic = String.fromCharCode(...header.subarray(257, 265));
  const posix = magic === "ustar\x0000";
  if (!posix && magic !== "ustar  \0") throw damaged("ustar headers", JSON.stringify(magic));
  // GNU tar keeps other things where POSIX has the name's prefix.
  const prefix = posix ? text(345, 500) : "";
  const name = prefix ? `${prefix}/${text(0, 100)}` : text(0, 100);

  const flag = header[156] === 0 ? "0" : String.fromCharCode(header[156]);
  const size = octal(text(124, 136), "size");
  if (flag === "0") return { name, type: "file", size };
  if (flag === "5" && size === 0) return { name, type: "directory", size };
  throw damaged("regular files and directories only", `an entry of type ${JSON.stringify(flag)}`);
}

/** A number in octal digits, perhaps between spaces; no sign, no binary form. */
function octal(text: string, field: string): number {
  const digits = text.trim();
  if (!/^[0-7]{1,11}$/.test(digits)) {
    throw damaged(`the ${field} in octal digits`, JSON.stringify(text));
  }
  return parseInt(digits, 8);
}

/** Cuts a stream of chunks into pieces of the sizes that are asked for. */
class BlockReader {
  readonly #chunks: AsyncIterator<Uint8Array, unknown>;
  #current: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, copied. The buffer grows with what arrives, not with what was claimed. */
  async take(size: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let missing = size; missing > 0;) {
      const part = await this.#next(missing);
      parts.push(part);
      missing -= part.length;
    }
    return joinBytes(parts);
  }

  async skip(size: number): Promise<void> {
    for (let missing = size; missing > 0;) missing -= (await this.#next(missing)).length;
  }

  async drain(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  /** Lets go of the stream, at whatever place. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Between 1 and `limit` of the next bytes. */
  async #next(limit: number): Promise<Uint8Array> {
    while (this.#current.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) throw damaged(END, "the end of the file");
      this.#current = value;
    }
    const part = this.#current.subarray(0, limit);
    this.#current = this.#current.subarray(part.length);
    return part;
  }
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the archive is damaged or another one: get it again";
  return new DataError({ subject: "readTar", expected, got, remedy });
}
