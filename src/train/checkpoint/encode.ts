import type { JsonValue } from "../../text/json.ts";
import { allocate } from "../../bytes/allocate.ts";
import { putBytes } from "../../bytes/bytes.ts";
import { check, describe } from "../../checks.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { ArgumentError } from "../../errors.ts";
import type { NamedArray } from "../../model/named-array.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { headerOf } from "./decode.ts";
import {
  ALIGNMENT,
  ARRAY_KEY,
  DIGEST_BYTES,
  FORMAT_VERSION,
  MAGIC,
  MAX_DEPTH,
  MAX_HEADER_BYTES,
  NAMED_VALUES,
  PREFIX_BYTES,
  type TensorSpec,
  VALUE_KEY,
} from "./format.ts";

const SUBJECT = "encodeCheckpoint";

/**
 * A checkpoint as the bytes of a file; see format.ts for what they are.
 * @throws {ArgumentError} if a callback's state is not what a checkpoint can hold.
 */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array> {
  const { weights, optimizer, callbacks, result, ...rest } = checkpoint;
  const callbackArrays: NamedArray[] = [];
  const states = callbacks.map(({ key, state }, i) => ({
    key,
    state: withoutArrays(state, `callbacks[${i}]`, callbackArrays),
  }));
  const header = JSON.stringify({
    ...rest,
    means: withoutArrays(rest.means, "means", []),
    histories: withoutArrays(rest.histories, "histories", []),
    callbacks: states,
    tensors: {
      weights: weights.map(specOf),
      optimizer: optimizer.map(specOf),
      callbacks: callbackArrays.map(specOf),
      result: result.map(specOf),
    },
  });
  const text = new TextEncoder().encode(header);
  checkReadable(text);
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  check(
    headerBytes <= MAX_HEADER_BYTES,
    SUBJECT,
    `at most ${MAX_HEADER_BYTES} bytes of history, options and callback states`,
    `${headerBytes}`,
    "keep less in the states of callbacks, or keep it in typed arrays",
  );
  const arrays = [...weights, ...optimizer, ...callbackArrays, ...result];
  const payload = arrays.reduce((sum, { values }) => sum + values.byteLength, 0);
  const bytes = allocate(Uint8Array, PREFIX_BYTES + headerBytes + payload + DIGEST_BYTES, {
    subject: SUBJECT,
    what: "a checkpoint",
    remedy: "train a smaller model, or leave checkpoint out",
  });
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, headerBytes, true);
  bytes.set(text, PREFIX_BYTES);
  bytes.fill(0x20, PREFIX_BYTES + text.length, PREFIX_BYTES + headerBytes);
  const parts = arrays.map(({ values }) => values);
  const at = putBytes(bytes, parts, PREFIX_BYTES + headerBytes);
  const digest = await sha256(bytes.subarray(0, at));
  bytes.set(new TextEncoder().encode(digest), at);
  return bytes;
}

/** Throws unless the reader takes the header: what it refuses must not take the place of a good one. */
function checkReadable(header: Uint8Array): void {
  try {
    headerOf(header);
  } catch (cause) {
    throw new ArgumentError({
      subject: SUBJECT,
      expected: "a state of the run that can be read back",
      got: (cause as Error).message.replace(/; the file is damaged.*$/, ""),
      remedy: "correct what a callback or the optimizer has set",
      cause,
    });
  }
}

function specOf({ name, shape, values }: NamedArray): TensorSpec {
  return { name, dtype: values instanceof Float32Array ? "float32" : "int32", shape };
}

/**
 * Plain data as JSON; typed arrays go to `arrays`, their numbers stay.
 * @param around what the state is a part of.
 */
function withoutArrays(
  state: unknown,
  path: string,
  arrays: NamedArray[],
  around: readonly unknown[] = [],
): JsonValue {
  check(
    around.length < MAX_DEPTH / 2 && !around.includes(state),
    SUBJECT,
    "states of callbacks that are not too deep",
    around.includes(state) ? `${path}, which refers to itself` : path,
    "flatten it",
  );
  if (state instanceof Float32Array || state instanceof Int32Array) {
    arrays.push({ name: path, shape: [state.length], values: state });
    return { [ARRAY_KEY]: arrays.length - 1 };
  }
  const named = [...NAMED_VALUES].find(([, value]) => Object.is(value, state));
  if (named) return { [VALUE_KEY]: named[0] };
  if (state === null || ["boolean", "number", "string"].includes(typeof state)) {
    return state as JsonValue;
  }
  const within = [...around, state];
  if (Array.isArray(state)) {
    return Array.from(state, (item, i) => withoutArrays(item, `${path}[${i}]`, arrays, within));
  }
  const prototype = Object.getPrototypeOf(state) as unknown;
  check(
    prototype === Object.prototype || prototype === null,
    SUBJECT,
    "states of callbacks made of plain objects, arrays, numbers, strings and typed arrays",
    `${path}: ${describe(state)}`,
    "return such values from getState",
  );
  const entries = Object.entries(state as object);
  for (const [key] of entries) {
    check(
      ![ARRAY_KEY, VALUE_KEY, "__proto__"].includes(key),
      SUBJECT,
      "ordinary keys in a callback's state",
      key,
      "rename it",
    );
  }
  return Object.fromEntries(
    entries.map(([key, value]) => [key, withoutArrays(value, `${path}.${key}`, arrays, within)]),
  );
}
