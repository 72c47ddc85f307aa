/** Groups, lists of names and numbers in HDF5 files, as h5py has them. */
import type { Dataset, Group } from "h5wasm";
import { describe } from "../checks.ts";
import { DataError } from "../errors.ts";
import { LEVELS, levels } from "./hdf5-limits.ts";
import type { Hdf5 } from "./hdf5.ts";
import { mismatch } from "./mismatch.ts";
import { toFloat32 } from "./to-float32.ts";

/** HDF5's classes of types. */
const OPAQUE = 5;

/** The group at `path` below `parent`. */
export function groupIn({ Group }: Hdf5, parent: Group, path: string): Group {
  const found = entryIn(parent, path);
  if (!(found instanceof Group)) throw mismatch(`the group ${path} in ${parent.path}`, "none");
  return found;
}

/** The dataset at `path` below `parent`. */
export function datasetIn({ Dataset }: Hdf5, parent: Group, path: string): Dataset {
  const found = entryIn(parent, path);
  if (!(found instanceof Dataset)) throw mismatch(`the dataset ${path} in ${parent.path}`, "none");
  return found;
}

/** What is at `path` below `parent`, of any kind. A link can lead round in a circle. */
export function entryIn(parent: Group, path: string): ReturnType<Group["get"]> {
  if (levels(path, parent.path) > LEVELS) {
    throw mismatch(`groups inside one another ${LEVELS} times at most`, describe(path));
  }
  return parent.get(path);
}

/** Whether a group has a list of names. */
export function hasNames({ attrs }: Group, attribute: string): boolean {
  return Object.hasOwn(attrs, attribute) || Object.hasOwn(attrs, `${attribute}0`);
}

/** A list of names, in one attribute or in several. */
export function readNames(group: Group, attribute: string): string[] {
  const { attrs } = group;
  if (!hasNames(group, attribute)) {
    throw mismatch(`the attribute ${attribute} of ${group.path}`, "none");
  }
  if (Object.hasOwn(attrs, attribute)) return namesIn(group, attribute);
  const names: string[] = [];
  for (let part = 0; Object.hasOwn(attrs, `${attribute}${part}`); part++) {
    names.push(...namesIn(group, `${attribute}${part}`));
  }
  return names;
}

function namesIn({ attrs, path }: Group, attribute: string): string[] {
  const { value, shape } = attrs[attribute];
  // An empty list is one of numbers: Python does not know that there would be strings in it.
  if (shape?.[0] === 0) return [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
    throw mismatch(`${attribute} of ${path} to be a list of names`, "something else");
  }
  // HDF5 calls them ASCII, but h5py writes UTF-8.
  return value.map((name) => utf8(name));
}

/** Text whose bytes were taken for characters one by one, if they are UTF-8. */
function utf8(text: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      Uint8Array.from(text, (character) => windows1252(character)),
    );
  } catch {
    return text;
  }
}

/** The byte that decoding as "ascii", which means windows-1252, makes a character of. */
function windows1252(character: string): number {
  const high =
    "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";
  const at = high.indexOf(character);
  if (at >= 0) return 0x80 + at;
  const code = character.codePointAt(0)!;
  if (code > 0xff) throw new RangeError("no byte");
  return code;
}

/**
 * The numbers of a dataset as float32: of floats of 16, 32 and 64 bits and bfloat16, of integers.
 * @throws {DataError} if it has another shape or type.
 */
export function readNumbers(dataset: Dataset, expected: readonly number[]): Float32Array {
  // Shape and type first: the values of a damaged file could be of any size.
  const shape = dataset.shape ?? [];
  if (shape.length !== expected.length || shape.some((size, i) => size !== expected[i])) {
    throw mismatch(`shape [${expected.join(", ")}] of ${dataset.path}`, `[${shape.join(", ")}]`);
  }
  const { metadata } = dataset;
  const { type, size } = metadata;
  const dtype: unknown = dataset.dtype;
  if (typeof dtype === "string" && /^[<>|][fdbBhHiIlLqQ]$/.test(dtype)) {
    const values = dataset.value as Float32Array | BigInt64Array;
    return values instanceof Float32Array ? values : Float32Array.from(values, Number);
  }
  const half = typeof dtype === "string" && /^[<>|]e$/.test(dtype);
  // Keras writes bfloat16 as values of two bytes without a meaning.
  if (half || (type === OPAQUE && size === 2)) {
    // h5wasm has no array for half precision: as values without a meaning it gives their bytes.
    metadata.type = OPAQUE;
    const { buffer } = (dataset.value as Uint8Array).slice();
    return toFloat32({ dtype: half ? "F16" : "BF16", shape, data: new Uint16Array(buffer) })!;
  }
  throw new DataError({
    subject: "loadWeights",
    expected: `floating-point numbers or integers of up to 64 bits in ${dataset.path}`,
    got: dtype === "unknown" ? `HDF5's type ${type}, ${size} bytes each` : JSON.stringify(dtype),
    remedy: 'save the weights in Python as float32, e.g. with the dtype policy "float32"',
  });
}
