import { gzipSync } from "node:zlib";

/** What a header says; left-out fields are as a regular file's. */
export interface TarEntry {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly type?: string;
  readonly prefix?: string;
  readonly linkName?: string;
  readonly magic?: string;
  /** The size field's text, in place of the data's length in octal. */
  readonly size?: string | Uint8Array;
  /** The checksum field's text, in place of the right one. */
  readonly checksum?: string;
}

/** One entry: header, data, padding. */
export function tarEntry(entry: TarEntry): Buffer {
  const { name, data = new Uint8Array(0), type = "0", prefix = "", linkName = "" } = entry;
  const { magic = "ustar\x0000", size = `${data.length.toString(8).padStart(11, "0")}\0` } = entry;
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, "latin1");
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.set(typeof size === "string" ? Buffer.from(size, "latin1") : size, 124);
  header.write("00000000000\0", 136);
  header.write(" ".repeat(8), 148);
  header.write(type, 156, 1, "latin1");
  header.write(linkName, 157, 100, "latin1");
  header.write(magic, 257, 8, "latin1");
  header.write(prefix, 345, 155, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(entry.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** The two zero blocks at an archive's end. */
export const TAR_END = Buffer.alloc(1024);

export function tar(entries: readonly TarEntry[], end: Uint8Array = TAR_END): Buffer {
  return Buffer.concat([...entries.map(tarEntry), end]);
}

export const tgz = (entries: readonly TarEntry[]): Buffer => gzipSync(tar(entries), { level: 1 });
