/**
 * Writes HDF5 files of the plainest kind that the format has: a superblock of version 0, groups that
 * name their members in messages of their own, arrays in one piece. Every reader since HDF5 1.8 (2008)
 * knows it; nothing is compressed, and nothing in it depends on the time.
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
import { joinBytes } from "../bytes/bytes.ts";
import { type Hdf5Array, Hdf5Group } from "./hdf5-group.ts";

/** No address. */
const NOWHERE = 0xffff_ffff_ffff_ffffn;

const SUPERBLOCK_BYTES = 96;

/** Kinds of messages in an object's header. */
const DATASPACE = 1;
const LINK_INFO = 2;
const DATATYPE = 3;
const FILL_VALUE = 5;
const LINK = 6;
const LAYOUT = 8;
const ATTRIBUTE = 12;

/** Little-endian IEEE floats: where sign, exponent and mantissa are, and the exponent's bias. */
const float32 = (): number[] => [
  ...[0x11, 0x20, 31, 0, ...u32(4), ...u16(0), ...u16(32), 23, 8, 0, 23, ...u32(127)],
];
const float64 = (): number[] => [
  ...[0x11, 0x20, 63, 0, ...u32(8), ...u16(0), ...u16(64), 52, 11, 0, 52, ...u32(1023)],
];

/** Texts of one length, filled up with zeros, which are called ASCII and hold UTF-8, as NumPy has them. */
const text = (bytes: number): number[] => [0x13, 1, 0, 0, ...u32(bytes)];

/** The bytes of a file whose root is `root`. */
export function writeHdf5(root: Hdf5Group): Uint8Array {
  const parts: Uint8Array[] = [];
  let end = SUPERBLOCK_BYTES;
  /** Puts bytes at the file's end, at an address that eight divides; gives that address. */
  const put = (bytes: Uint8Array): number => {
    const address = end;
    parts.push(bytes, new Uint8Array(-bytes.length & 7));
    end += (bytes.length + 7) & ~7;
    return address;
  };
  const write = (entry: Hdf5Group | Hdf5Array): number =>
    put(entry instanceof Hdf5Group ? groupHeader(entry, write) : arrayHeader(entry, put));
  const address = write(root);
  return joinBytes([superblock(address, end), ...parts]);
}

function superblock(root: number, end: number): Uint8Array {
  return Uint8Array.from([
    ...[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
    // Versions, then the sizes of addresses and lengths, then how groups of the older kind would be kept.
    ...[0, 0, 0, 0, 0, 8, 8, 0, ...u16(4), ...u16(16), ...u32(0)],
    ...[...u64(0), ...u64(NOWHERE), ...u64(end), ...u64(NOWHERE)],
    // The entry of the root.
    ...[...u64(0), ...u64(root), ...u32(0), ...u32(0), ...u64(0), ...u64(0)],
  ]);
}

function groupHeader(
  { entries, attributes }: Hdf5Group,
  write: (entry: Hdf5Group | Hdf5Array) => number,
): Uint8Array {
  const links = Array.from(entries, ([name, entry]) => {
    const utf8 = new TextEncoder().encode(name);
    // A hard link with a name in UTF-8, whose length takes four bytes.
    return message(LINK, [1, 0b1_0010, 1, ...u32(utf8.length), ...utf8, ...u64(write(entry))]);
  });
  const texts = Array.from(attributes, ([name, value]) =>
    message(ATTRIBUTE, attribute(name, value)),
  );
  const info = message(LINK_INFO, [0, 0, ...u64(NOWHERE), ...u64(NOWHERE)]);
  return header([info, ...links, ...texts]);
}

function arrayHeader({ shape, data }: Hdf5Array, put: (bytes: Uint8Array) => number): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const address = data.length > 0 ? put(bytes) : NOWHERE;
  return header([
    message(DATASPACE, dataspace(shape)),
    message(DATATYPE, float32()),
    // All of the space is there from the start, and none of it is filled with anything.
    message(FILL_VALUE, [2, 1, 0, 0]),
    message(LAYOUT, [3, 1, ...u64(address), ...u64(data.byteLength)]),
  ]);
}

function attribute(name: string, value: string | readonly string[]): number[] {
  const utf8 = [...new TextEncoder().encode(name), 0];
  const texts = [value].flat().map((each) => new TextEncoder().encode(each));
  const longest = Math.max(1, ...texts.map(({ length }) => length));
  // NumPy knows no empty list of texts: Python writes one of floats.
  const type = texts.length === 0 ? float64() : text(longest);
  const space = dataspace(typeof value === "string" ? undefined : [texts.length]);
  const sizes = [utf8, type, space].flatMap(({ length }) => u16(length));
  const data = texts.flatMap((each) => [...each, ...new Uint8Array(longest - each.length)]);
  return [3, 0, ...sizes, 1, ...utf8, ...type, ...space, ...data];
}

/** How many values along each axis; of one value alone without a shape. */
function dataspace(shape?: readonly number[]): number[] {
  return [2, shape?.length ?? 0, 0, shape ? 1 : 0, ...(shape ?? []).flatMap(u64)];
}

function message(type: number, body: readonly number[]): Uint8Array {
  const padding = -body.length & 7;
  return Uint8Array.from([
    ...[...u16(type), ...u16(body.length + padding), 0, 0, 0, 0],
    ...[...body, ...new Uint8Array(padding)],
  ]);
}

function header(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  const start = [1, 0, ...u16(messages.length), ...u32(1), ...u32(bytes), ...u32(0)];
  return joinBytes([Uint8Array.from(start), ...messages]);
}

function u16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function u64(value: number | bigint): number[] {
  const bits = BigInt(value);
  return [...u32(Number(bits & 0xffff_ffffn)), ...u32(Number(bits >> 32n))];
}
