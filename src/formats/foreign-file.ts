/** Files that people take for others, told apart by their first bytes. */
import { DataError } from "../errors.ts";
import { isHdf5 } from "./is-hdf5.ts";

/**
 * Throws if bytes are a file of another kind, and says what to do with it; too few bytes to tell pass.
 * @throws {DataError} naming the kind, or how the file begins.
 */
export function refuseForeignFile(subject: string, bytes: Uint8Array): void {
  if (isSafetensors(bytes) || isHdf5(bytes)) return;
  const found = kindOf([...STRAY, ...KINDS], bytes);
  if (!found && bytes.length <= 8) return;
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  throw new DataError({
    subject,
    expected: "a safetensors file or an HDF5 file of Keras's weights",
    got: found?.kind ?? `a file that begins with the bytes ${start.join("")}`,
    remedy:
      found?.remedy ??
      "pass a file that saveWeights, Keras or safetensors wrote; the .bin beside a model.json is loaded with it, by loadModel",
  });
}

/**
 * What bytes are that should be the JSON of a model, if that is known.
 * @param remedy where they are a model or weights in another form.
 */
export function foreignModelFile(
  bytes: Uint8Array,
  remedy: string,
): { readonly kind: string; readonly remedy: string } | undefined {
  if (bytes[0] === 0x7b) return undefined;
  if (isHdf5(bytes)) return { kind: "an HDF5 file", remedy };
  if (isSafetensors(bytes)) return { kind: "a safetensors file", remedy };
  const found = kindOf(KINDS, bytes);
  return found ? { ...found, remedy } : kindOf(STRAY, bytes);
}

/** How a file begins, character by character; what it is, and what to do with it. */
type Kind = readonly [
  start: RegExp | ((bytes: Uint8Array) => boolean),
  kind: string,
  remedy: string,
];

const PYTORCH_REMEDY =
  "in Python, safetensors.torch.save_file(state_dict, path) writes what is needed; torch.load reads the state_dict";
const NUMPY_REMEDY = "write the arrays with safetensors.numpy.save_file in Python";
const NETWORK_REMEDY = "save the weights of the network that it was made from";

const zipWith =
  (name: string) =>
  (bytes: Uint8Array): boolean =>
    ZIP.test(startOf(bytes)) && contains(bytes, name);

const ZIP = /^PK(\x03\x04|\x05\x06)/;

const KINDS: readonly Kind[] = [
  [zipWith("model.weights.h5"), "a .keras file, which is a zip", "unpack it and pass the file model.weights.h5 in it"], // prettier-ignore
  [zipWith("data.pkl"), "a file of torch.save, which is a zip", PYTORCH_REMEDY],
  [zipWith(".npy"), "a NumPy .npz file, which is a zip", NUMPY_REMEDY],
  [ZIP, "a zip file", "unpack it and pass the weights file in it"],
  // A pickle of protocol 2 and later.
  [/^\x80[\x02-\x05]/, "a Python pickle, e.g. of an old torch.save", PYTORCH_REMEDY],
  [/^\x93NUMPY/, "a NumPy .npy file", NUMPY_REMEDY],
  [/^[^]{4}TFL3/, "a TensorFlow Lite file", NETWORK_REMEDY],
  [/^\x89CKCP/, "a checkpoint of a run", "go on with the run from it, and pass what saveWeights then gives"], // prettier-ignore
  [/^GGUF/, "a GGUF file", NETWORK_REMEDY],
  // Protocol buffers begin with their version; then comes who made it, or the graph.
  [/^\x08[\x01-\x0f][\x12\x3a]/, "an ONNX file or a saved_model.pb of TensorFlow", NETWORK_REMEDY],
  [/^\{/, "JSON, e.g. a model.json", "a saved model is loaded by loadModel"],
];

/** What comes in place of any file. */
const STRAY: readonly Kind[] = [
  [/^\x1f\x8b/, "a gzip file", "unpack it first"],
  [/^version https:\/\/git-lfs/, "a pointer of Git LFS instead of the file", "run git lfs pull"],
  [/^</, "a page of HTML or XML", "look at it: it may be a server's error page; download the file itself"], // prettier-ignore
];

const startOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 32));

/** The first of some kinds that bytes are of. */
function kindOf(kinds: readonly Kind[], bytes: Uint8Array) {
  const start = startOf(bytes);
  const [, kind, remedy] =
    kinds.find(([is]) => (is instanceof RegExp ? is.test(start) : is(bytes))) ?? [];
  return kind === undefined || remedy === undefined ? undefined : { kind, remedy };
}

/** A safetensors file may begin with any number; then comes its header. */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes[0] !== 0x7b;
}

/** Whether a name stands in a zip: its list of files is at the end, and each name before its file, too. */
function contains(bytes: Uint8Array, name: string): boolean {
  const code = Uint8Array.from(name, (character) => character.charCodeAt(0));
  for (let at = bytes.indexOf(code[0]); at >= 0; at = bytes.indexOf(code[0], at + 1)) {
    if (code.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
