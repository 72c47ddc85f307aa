/**
 * The file format of checkpoints, version 1:
 *
 *     bytes 0..7      magic: 0x89 "CKCP" CR LF 0x1a (a transfer as text would damage it visibly)
 *     bytes 8..11     version of the format, uint32
 *     bytes 12..15    length h of the header, uint32, at most 16 MiB
 *     h bytes         header: JSON in UTF-8, exactly as JSON.stringify writes it, then spaces
 *     ...             the tensors, one after the other, in the order of the header
 *     last 64 bytes   SHA-256 of everything before, in lower-case hexadecimal digits
 *
 * Numbers are little-endian, as are the typed arrays of every platform that TensorFlow.js runs on.
 * The header says name, type and shape of each tensor but no offset: nothing can overlap, nothing
 * can be left over.
 */

export const MAGIC = /* @__PURE__ */ Uint8Array.of(0x89, 0x43, 0x4b, 0x43, 0x50, 0x0d, 0x0a, 0x1a);
export const FORMAT_VERSION = 1;
/** Bytes before the header. */
export const PREFIX_BYTES = 16;
export const MAX_HEADER_BYTES = 2 ** 24;
export const DIGEST_BYTES = 64;
/** The header is filled up with spaces to a multiple of this. */
export const ALIGNMENT = 8;
/** Levels of nesting in a header, and tensors in a file, that no run needs. */
export const MAX_DEPTH = 64;
export const MAX_TENSORS = 100_000;

/** What a header says of a tensor. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: "float32" | "int32";
  readonly shape: readonly number[];
}

/** Stands in a callback's state for the tensor of that number. */
export const ARRAY_KEY = "$array";
/** Stands there, and in the histories, for a value that JSON lacks: its name in JavaScript. */
export const VALUE_KEY = "$value";
/** Those values. */
export const NAMED_VALUES: ReadonlyMap<string, number | undefined> = /* @__PURE__ */ new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
  ["undefined", undefined],
]);

/** The header's tensors, in the order of their bytes. */
export interface TensorLists {
  readonly weights: readonly TensorSpec[];
  readonly optimizer: readonly TensorSpec[];
  readonly callbacks: readonly TensorSpec[];
  readonly result: readonly TensorSpec[];
}
