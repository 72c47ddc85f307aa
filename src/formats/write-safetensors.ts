import { allocate } from "../bytes/allocate.ts";
import { putBytes } from "../bytes/bytes.ts";
import { check, describe, attempt, isListOf, isObject, isText } from "../checks.ts";
import { isSizes, MAX_HEADER_BYTES, METADATA_KEY, type SafeTensor } from "./safetensors.ts";
import { elementArray, isSafetensorsDtype, SAFETENSORS_DTYPES } from "./safetensors-dtype.ts";

/**
 * The bytes of a safetensors file, as PyTorch's `safetensors.torch.load_file` and others read them.
 *
 * The same content always gives the same bytes: tensors stand by element size, widest first, then
 * by name, as the format's own writer puts them, and every one starts at a multiple of its element
 * size.
 * @param tensors arrays by name; not modified.
 * @param metadata text by key, stored in the header.
 * @throws {ArgumentError} if a tensor's data do not fit its type and shape, or a name is reserved.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  check(
    Object.prototype.toString.call(tensors) === "[object Map]",
    "writeSafetensors",
    "a Map of tensors by name",
    describe(tensors),
    "pass e.g. new Map([[name, { dtype, shape, data }]])",
  );
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  checkMetadata("writeSafetensors", metadata);
  const width = ({ dtype }: SafeTensor): number => elementArray(dtype).BYTES_PER_ELEMENT;
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) => width(b) - width(a) || (nameA < nameB ? -1 : 1),
  );

  // Written entry by entry: an object would treat a tensor called "__proto__" as its prototype.
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(entry(METADATA_KEY, metadata));
  let end = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const begin = end;
    end += data.byteLength;
    entries.push(entry(name, { dtype, shape, data_offsets: [begin, end] }));
  }
  const json = new TextEncoder().encode(`{${entries.join(",")}}`);
  // Spaces up to a multiple of 8, so that the widest elements are aligned in the file.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  check(
    headerBytes <= MAX_HEADER_BYTES,
    "writeSafetensors",
    `names, shapes and metadata of at most ${MAX_HEADER_BYTES} bytes`,
    `${headerBytes}`,
    "write fewer tensors or less metadata",
  );
  const bytes = allocate(Uint8Array, 8 + headerBytes + end, {
    subject: "writeSafetensors",
    what: "the file",
    remedy: "write the tensors into several files",
  }).fill(0x20, 8 + json.length, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  const parts = ordered.map(([, { data }]) => data);
  putBytes(bytes, parts, 8 + headerBytes);
  return bytes;
}

const entry = (key: string, value: object): string =>
  `${JSON.stringify(key)}:${JSON.stringify(value)}`;

function checkTensor(name: unknown, { dtype, shape, data }: SafeTensor): void {
  const subject = "writeSafetensors";
  check(
    typeof name === "string" && name !== METADATA_KEY,
    subject,
    `names other than ${METADATA_KEY}, which the format keeps for itself`,
    describe(name),
    "rename the tensor",
  );
  check(
    isSafetensorsDtype(dtype),
    subject,
    `the dtype of ${name} to be one of ${SAFETENSORS_DTYPES.join(", ")}`,
    describe(dtype),
    "pass one of these",
  );
  check(
    isSizes(shape),
    subject,
    `the shape of ${name} to be a list of whole numbers of at least 0`,
    describe(shape),
    "pass e.g. [10, 3]",
  );
  const ArrayOfType = elementArray(dtype);
  const count = shape.reduce((product, size) => product * size, 1);
  check(
    data instanceof ArrayOfType && data.length === count,
    subject,
    `the data of ${name} to be ${ArrayOfType.name}(${count}) for ${dtype} [${shape.join(", ")}]`,
    describe(data),
    "pass as many elements as the shape says, in the array of that type",
  );
}

export function checkMetadata(
  subject: string,
  metadata: unknown,
): asserts metadata is Readonly<Record<string, string>> {
  check(
    isObject(metadata) &&
      isListOf(
        attempt(() => Object.values(metadata) as unknown[]),
        isText,
      ),
    subject,
    "metadata to be an object of strings",
    describe(metadata),
    "turn numbers and lists into text first",
  );
}
