/**
 * The types of a safetensors file: named arrays and a little text, nothing that could be executed.
 * The format carries no checksum; whoever needs to notice damage to the numbers themselves has to
 * compare a hash of the file.
 * @see https://github.com/safetensors/safetensors#format
 */
import type { SafetensorsData, SafetensorsDtype } from "./safetensors-dtype.ts";

/** One array of a safetensors file. */
export interface SafeTensor {
  /** The elements' type. */
  readonly dtype: SafetensorsDtype;
  /** Sizes along each axis; `[]` for a single number. */
  readonly shape: readonly number[];
  /** The elements, row-major; as bits where JavaScript has no array of that type (F16, BF16). */
  readonly data: SafetensorsData;
}

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** The arrays by their names. */
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether a value is a list of whole numbers of at least 0, as shapes and offsets are. */
export function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The key of the header under which the metadata stand; no tensor can have this name. */
export const METADATA_KEY = "__metadata__";

/** The largest header that readers of the format accept. */
export const MAX_HEADER_BYTES = 100_000_000;
