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
): Pick<Kind, "kind" | "remedy"> | undefined {
  if (bytes[0] === 0x7b) return undefined;
  if (isHdf5(bytes)) return { kind: "an HDF5 file", remedy };
  if (isSafetensors(bytes)) return { kind: "a safetensors file", remedy };
  const found = kindOf(KINDS, bytes);
  return found ? { ...found, remedy } : kindOf(STRAY, bytes);
}

interface Kind {
  /** How such a file begins, a character a byte; or whether it is one. */
  readonly is: RegExp | ((bytes: Uint8Array) => boolean);
  readonly kind: string;
  readonly remedy: string;
}

const PYTORCH_REMEDY =
  "in Python, safetensors.torch.save_file(state_dict, path) writes what is needed; torch.load reads the state_dict";
const NUMPY_REMEDY = "write the arrays with safetensors.numpy.save_file in Python";
const NETWORK_REMEDY = "save the weights of the network that it was made from";

const ZIP = /^PK(\x03\x04|\x05\x06)/;

const KINDS: readonly Kind[] = [
  {
    is: (bytes) => isZipWith(bytes, "model.weights.h5"),
    kind: "a .keras file, which is a zip",
    remedy: "pass it to loadKeras, or unpack it and pass the file model.weights.h5 in it",
  },
  {
    is: (bytes) => isZipWith(bytes, "data.pkl"),
    kind: "a file of torch.save, which is a zip",
    remedy: PYTORCH_REMEDY,
  },
  {
    is: (bytes) => isZipWith(bytes, ".npy"),
    kind: "a NumPy .npz file, which is a zip",
    remedy: NUMPY_REMEDY,
  },
  { is: ZIP, kind: "a zip file", remedy: "unpack it and pass the weights file in it" },
  // A pickle of protocol 2 and later.
  {
    is: /^\x80[\x02-\x05]/,
    kind: "a Python pickle, e.g. of an old torch.save",
    remedy: PYTORCH_REMEDY,
  },
  { is: /^\x93NUMPY/, kind: "a NumPy .npy file", remedy: NUMPY_REMEDY },
  { is: /^[^]{4}TFL3/, kind: "a TensorFlow Lite file", remedy: NETWORK_REMEDY },
  {
    is: /^\x89CKCP/,
    kind: "a checkpoint of a run",
    remedy: "go on with the run from it, and pass what saveWeights then gives",
  },
  { is: /^GGUF/, kind: "a GGUF file", remedy: NETWORK_REMEDY },
  // Protocol buffers begin with their version; then comes who made it, or the graph.
  {
    is: /^\x08[\x01-\x0f][\x12\x3a]/,
    kind: "an ONNX file or a saved_model.pb of TensorFlow",
    remedy: NETWORK_REMEDY,
  },
  { is: /^\{/, kind: "JSON, e.g. a model.json", remedy: "a saved model is loaded by loadModel" },
];

/** What comes in place of any file. */
const STRAY: readonly Kind[] = [
  { is: /^\x1f\x8b/, kind: "a gzip file", remedy: "unpack it first" },
  {
    is: /^version https:\/\/git-lfs/,
    kind: "a pointer of Git LFS instead of the file",
    remedy: "run git lfs pull",
  },
  {
    is: /^</,
    kind: "a page of HTML or XML",
    remedy: "look at it: it may be a server's error page; download the file itself",
  },
];

const startOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, 32));

const isZipWith = (bytes: Uint8Array, name: string): boolean =>
  ZIP.test(startOf(bytes)) && contains(bytes, name);

/** The first of some kinds that bytes are of. */
function kindOf(kinds: readonly Kind[], bytes: Uint8Array): Kind | undefined {
  const start = startOf(bytes);
  return kinds.find(({ is }) => (is instanceof RegExp ? is.test(start) : is(bytes)));
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
