/** Files that people take for weights files, told apart by their first bytes. */
import { DataError } from "../errors.ts";

/**
 * Throws if bytes are a file of a known other kind, and says what to do with it.
 * @throws {DataError} naming the kind.
 */
export function refuseForeignFile(subject: string, bytes: Uint8Array): void {
  // A safetensors file may begin with any number; then comes its header.
  if (bytes[8] === 0x7b && !startsWith(bytes, "{")) return;
  const found = KINDS.find(({ is }) => is(bytes));
  if (!found) return;
  throw new DataError({
    subject,
    expected: "a safetensors file or an HDF5 file of Keras's weights",
    got: found.kind,
    remedy: found.remedy,
  });
}

interface Kind {
  readonly is: (bytes: Uint8Array) => boolean;
  readonly kind: string;
  readonly remedy: string;
}

const PYTORCH_REMEDY =
  "in Python, safetensors.torch.save_file(state_dict, path) writes what is needed; torch.load reads the state_dict";

const KINDS: readonly Kind[] = [
  {
    is: (bytes) => isZip(bytes) && contains(bytes, "model.weights.h5"),
    kind: "a .keras file, which is a zip",
    remedy: "unpack it and pass the file model.weights.h5 in it",
  },
  {
    is: (bytes) => isZip(bytes) && contains(bytes, "data.pkl"),
    kind: "a file of torch.save, which is a zip",
    remedy: PYTORCH_REMEDY,
  },
  {
    is: (bytes) => isZip(bytes) && contains(bytes, ".npy"),
    kind: "a NumPy .npz file, which is a zip",
    remedy: "write the arrays with safetensors.numpy.save_file in Python",
  },
  { is: isZip, kind: "a zip file", remedy: "unpack it and pass the weights file in it" },
  {
    // A pickle of protocol 2 and later.
    is: (bytes) => bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5,
    kind: "a Python pickle, e.g. of an old torch.save",
    remedy: PYTORCH_REMEDY,
  },
  {
    is: (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b,
    kind: "a gzip file",
    remedy: "unpack it first",
  },
  {
    is: (bytes) => startsWith(bytes, "\x93NUMPY"),
    kind: "a NumPy .npy file",
    remedy: "write the arrays with safetensors.numpy.save_file in Python",
  },
  {
    is: (bytes) => startsWith(bytes.subarray(4), "TFL3"),
    kind: "a TensorFlow Lite file",
    remedy: "save the weights of the network that it was made from",
  },
  {
    is: (bytes) => startsWith(bytes, "GGUF"),
    kind: "a GGUF file",
    remedy: "save the weights of the network that it was made from",
  },
  {
    is: (bytes) => startsWith(bytes, "version https://git-lfs"),
    kind: "a pointer of Git LFS instead of the file",
    remedy: "run git lfs pull",
  },
  {
    is: (bytes) => startsWith(bytes, "{"),
    kind: "JSON, e.g. a model.json",
    remedy: "a saved model is loaded by loadModel",
  },
  {
    is: (bytes) => startsWith(bytes, "<"),
    kind: "a page of HTML or XML",
    remedy: "look at it: it may be a server's error page; download the file itself",
  },
];

function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, "PK\x03\x04") || startsWith(bytes, "PK\x05\x06");
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Array.from(text).every((character, i) => bytes[i] === character.charCodeAt(0));
}

/** Whether a name stands in a zip: its list of files is at the end, and each name before its file, too. */
function contains(bytes: Uint8Array, name: string): boolean {
  const code = Uint8Array.from(name, (character) => character.charCodeAt(0));
  for (let at = bytes.indexOf(code[0]); at >= 0; at = bytes.indexOf(code[0], at + 1)) {
    if (code.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}
