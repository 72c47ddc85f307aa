import { isJsonObject, type JsonValue } from "../../text/json.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { unshared } from "../../bytes/unshared.ts";
import type { NamedArray } from "../../model/named-array.ts";
import type { History } from "../run/history.ts";
import type { Checkpoint, MeansState, RunPosition } from "./checkpoint.ts";
import type { CallbackState } from "../callback.ts";
import {
  ARRAY_KEY,
  DIGEST_BYTES,
  FORMAT_VERSION,
  MAGIC,
  MAX_HEADER_BYTES,
  MAX_TENSORS,
  PREFIX_BYTES,
  type TensorLists,
  type TensorSpec,
  VALUE_KEY,
} from "./format.ts";
import {
  count,
  damaged,
  flag,
  json,
  jsonObject,
  list,
  named,
  notNegative,
  nullable,
  object,
  record,
  string,
  word,
  written,
} from "./header-shape.ts";

type Header = Omit<Checkpoint, keyof TensorLists> & {
  readonly callbacks: readonly { readonly key: string; readonly state: JsonValue }[];
  readonly tensors: TensorLists;
};

const specs = list(
  object<TensorSpec>({ name: string, dtype: word("float32", "int32"), shape: list(count, 8) }),
  MAX_TENSORS,
);

const readHeader = object<Header>({
  manifest: jsonObject,
  position: object<RunPosition>({
    phase: count,
    epoch: count,
    step: count,
    begun: flag,
    stopped: flag,
  }),
  steps: count,
  learningRate: nullable(notNegative),
  means: object<MeansState>({
    sums: list(written),
    samples: count,
    logs: record(written),
  }),
  seconds: notNegative,
  histories: list(
    object<History>({
      epochs: list(count),
      loss: list(written),
      accuracy: list(written),
      valLoss: list(written),
      valAccuracy: list(written),
      metrics: record(list(written)),
      seconds: list(notNegative),
    }),
  ),
  callbacks: list(object<Header["callbacks"][number]>({ key: string, state: json })),
  tensors: object<TensorLists>({
    weights: specs,
    optimizer: specs,
    callbacks: specs,
    result: specs,
  }),
});

/**
 * The checkpoint that the bytes of a file hold. The SHA-256 is checked before anything else is
 * looked at; then every field, so that a file made on purpose gets no further than a damaged one.
 * @throws {DataError} if anything is not as the format has it.
 */
export async function decodeCheckpoint(bytes: Uint8Array): Promise<Checkpoint> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const least = PREFIX_BYTES + DIGEST_BYTES;
  if (bytes.length < least) throw damaged(`at least ${least} bytes`, `${bytes.length}`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw damaged("the first bytes of a checkpoint", "others");
  }
  const end = bytes.length - DIGEST_BYTES;
  const recorded = String.fromCharCode(...bytes.subarray(end));
  const actual = await sha256(bytes.subarray(0, end));
  if (recorded !== actual) throw damaged(`SHA-256 ${actual}`, "another at the file's end");

  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    throw damaged(`format version ${FORMAT_VERSION}, which this release reads`, `${version}`);
  }
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > Math.min(MAX_HEADER_BYTES, end - PREFIX_BYTES)) {
    throw damaged(`a header within the file and 16 MiB`, `${headerBytes} bytes`);
  }
  const payload = bytes.subarray(PREFIX_BYTES + headerBytes, end);
  const header = headerOf(bytes.subarray(PREFIX_BYTES).subarray(0, headerBytes));
  const { tensors, callbacks, ...rest } = header;
  const arrays = readTensors(tensors, payload);
  return {
    ...rest,
    ...arrays,
    callbacks: callbacks.map(({ key, state }) => ({
      key,
      state: withArrays(state, arrays.callbacks),
    })),
  };
}

/**
 * Reads a header.
 * @throws {DataError} if anything in it is not as the format has it.
 */
export function headerOf(bytes: Uint8Array): Header {
  const header = readHeader(parse(bytes), "header");
  checkHistories(header);
  return header;
}

/** The JSON of a header, which has to be the very text that the writer makes of its values. */
function parse(bytes: Uint8Array): JsonValue {
  try {
    const written = new TextDecoder("utf-8", { fatal: true }).decode(unshared(bytes)).trimEnd();
    const value = JSON.parse(written) as JsonValue;
    // This alone refuses double keys, numbers beyond the range, and a header that says less than it holds.
    if (JSON.stringify(value) === written) return value;
  } catch {
    // Neither UTF-8 nor JSON, or nested too deeply: said below.
  }
  throw damaged("a header of JSON as the writer writes it", "something else");
}

function checkHistories({ histories }: Header): void {
  for (const { epochs, seconds, metrics, ...values } of histories) {
    const n = epochs.length;
    const columns = [...Object.values(values), ...Object.values(metrics)];
    const fit = columns.every((part) => part.length === 0 || part.length === n);
    if (!fit || seconds.length !== n) throw damaged("histories of one length", "several");
  }
}

type Arrays = Readonly<Record<keyof TensorLists, NamedArray[]>>;

/** Cuts the payload into tensors; all sizes are checked before the first is made. */
function readTensors(lists: TensorLists, payload: Uint8Array): Arrays {
  const { weights, optimizer, callbacks, result } = lists;
  let total = 0;
  for (const { shape } of [...weights, ...optimizer, ...callbacks, ...result]) {
    total += shape.reduce((product, size) => product * size, 4);
    if (total > payload.length) break;
  }
  // A product beyond 2^53 is inexact, but not smaller than a file.
  if (total !== payload.length) {
    throw damaged(`tensors of ${payload.length} bytes, as the file holds`, `${total}`);
  }
  let at = 0;
  const read = ({ name, dtype, shape }: TensorSpec): NamedArray => {
    const length = shape.reduce((product, size) => product * size, 1);
    // A copy: aligned, and free of the file's memory. (The slice of Node's Buffer would be a view.)
    const { buffer } = new Uint8Array(payload.subarray(at, (at += 4 * length)));
    const values = dtype === "float32" ? new Float32Array(buffer) : new Int32Array(buffer);
    return { name, shape, values };
  };
  return {
    weights: weights.map(read),
    optimizer: optimizer.map(read),
    callbacks: callbacks.map(read),
    result: result.map(read),
  };
}

/** A callback's state with its typed arrays, and the values that JSON lacks, back in their places. */
function withArrays(state: JsonValue, arrays: readonly NamedArray[]): CallbackState {
  if (Array.isArray(state)) {
    return (state as JsonValue[]).map((item) => withArrays(item, arrays));
  }
  if (!isJsonObject(state)) return state;
  if (Object.hasOwn(state, ARRAY_KEY)) {
    const index = count(state[ARRAY_KEY], ARRAY_KEY);
    if (index >= arrays.length) throw damaged("arrays that are in the file", `number ${index}`);
    return arrays[index].values;
  }
  // Within objects, as the type of a state has it.
  if (Object.hasOwn(state, VALUE_KEY)) return named(state)!;
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, withArrays(value, arrays)]),
  );
}
