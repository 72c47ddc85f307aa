import { checkBytes, describe } from "../checks.ts";
import { DataError } from "../errors.ts";
import { unshared } from "../bytes/unshared.ts";
import {
  isSizes,
  MAX_HEADER_BYTES,
  METADATA_KEY,
  type SafetensorsContent,
  type SafeTensor,
} from "./safetensors.ts";
import {
  elementArray,
  isSafetensorsDtype,
  SAFETENSORS_DTYPES,
  type SafetensorsDtype,
} from "./safetensors-dtype.ts";

/**
 * The arrays and the text of a safetensors file.
 *
 * Refuses whatever the format forbids: a header that is too long, not UTF-8, not JSON or has a key
 * twice; arrays that overlap, leave a gap, lie outside the file or have another size than their
 * shape says; bytes after the last array. Allocates nothing that the file merely claims.
 * @param bytes a whole file; not modified, and not kept: the arrays are copies.
 * @throws {DataError} if the bytes are not an intact safetensors file.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContent {
  checkBytes("readSafetensors", bytes);
  const { header, data } = splitFile(bytes);
  let metadata: Record<string, string> = {};
  const places: TensorPlace[] = [];
  for (const [name, value] of Object.entries(parseHeader(header))) {
    if (name === METADATA_KEY) metadata = parseMetadata(value);
    else places.push(parsePlace(name, value));
  }
  checkPlaces(places, data.length);
  return {
    tensors: new Map(places.map((place) => [place.name, copyTensor(place, data)])),
    metadata,
  };
}

/** Where in the data a tensor lies. */
interface TensorPlace {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function splitFile(bytes: Uint8Array): { header: Uint8Array; data: Uint8Array } {
  if (bytes.length < 8) throw damaged("at least 8 bytes", `${bytes.length}`);
  const { buffer, byteOffset } = bytes;
  const length = new DataView(buffer, byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw damaged(`a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`);
  }
  const end = 8 + Number(length);
  if (end > bytes.length) throw damaged(`a header of ${length} bytes`, "the end of the file");
  // Plain arrays, for a Node Buffer's slice() does not copy.
  return {
    header: new Uint8Array(buffer, byteOffset + 8, end - 8),
    data: new Uint8Array(buffer, byteOffset + end, bytes.length - end),
  };
}

function parseHeader(header: Uint8Array): object {
  // The format asks for "{" as the first byte, so that not even white space may come before it.
  if (header[0] !== 0x7b) throw damaged('a header that starts with "{"', "another byte");
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(unshared(header));
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged("a header of JSON in UTF-8", (cause as Error).message, cause);
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged("every key of the header once", `${twice} twice`);
  return value as object;
}

/** The first key that an object of the (valid) JSON text has twice; `JSON.parse` keeps the last. */
function repeatedKey(json: string): string | undefined {
  const open: Set<unknown>[] = [];
  for (let at = 0; at < json.length; at++) {
    if (json[at] === "{") open.push(new Set());
    else if (json[at] === "}") open.pop();
    if (json[at] !== '"') continue;
    const start = at;
    for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
    let next = at + 1;
    while (/\s/.test(json[next])) next++;
    if (json[next] !== ":") continue;
    // Two spellings of one name, with escapes and without, are the same key.
    const key: unknown = JSON.parse(json.slice(start, at + 1));
    const keys = open[open.length - 1];
    if (keys.has(key)) return describe(key);
    keys.add(key);
  }
  return undefined;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    !Object.values(value).every((text) => typeof text === "string")
  ) {
    throw damaged(`${METADATA_KEY} to be an object of strings`, "something else");
  }
  return value as Record<string, string>;
}

function parsePlace(name: string, value: unknown): TensorPlace {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const what = describe(name);
  if (!isSafetensorsDtype(dtype)) {
    const expected = `${what} to be of type ${SAFETENSORS_DTYPES.join(", ")}`;
    if (typeof dtype !== "string") throw damaged(expected, describe(dtype));
    // The format gets new types: that of complex numbers, those of 4, 6 and 8 bits.
    throw new DataError({
      subject: "readSafetensors",
      expected,
      got: `${describe(dtype)}, which is not supported`,
      remedy: "convert it where the file was written, in PyTorch by tensor.float()",
    });
  }
  if (!isSizes(shape)) throw damaged(`a shape of whole numbers for ${what}`, describe(shape));
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw damaged(`two data_offsets for ${what}`, describe(offsets));
  }
  const [begin, end] = offsets;
  // A product beyond the safe integers is inexact, but then it is beyond any file's size too.
  const bytes = shape.reduce(
    (product, size) => product * size,
    elementArray(dtype).BYTES_PER_ELEMENT,
  );
  if (end - begin !== bytes) {
    throw damaged(`${bytes} bytes for ${what}, ${dtype} [${shape.join(", ")}]`, `${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** Throws unless the tensors fill the data, one after the other. */
function checkPlaces(places: TensorPlace[], dataBytes: number): void {
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of places) {
    if (begin !== at) throw damaged(`${describe(name)} to start at byte ${at}`, `${begin}`);
    at = end;
  }
  if (at !== dataBytes) throw damaged(`${at} bytes of data`, `${dataBytes}`);
}

function copyTensor({ dtype, shape, begin, end }: TensorPlace, data: Uint8Array): SafeTensor {
  // A copy of its own is aligned, wherever in the file the bytes were.
  return { dtype, shape, data: new (elementArray(dtype))(data.slice(begin, end).buffer) };
}

function damaged(expected: string, got: string, cause?: unknown): DataError {
  const remedy = "the file is damaged or not in the safetensors format: get it again";
  return new DataError({ subject: "readSafetensors", expected, got, remedy, cause });
}
