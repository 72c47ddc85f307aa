/** Keras's weights files in HDF5, in either layout. */
import { attempt, describe } from "../checks.ts";
import { DataError, CifarKitError, ArgumentError } from "../errors.ts";
import { hasNames, readNames, writeNames } from "./hdf5-tree.ts";
import { createHdf5, hdf5Reason, loadHdf5, openHdf5 } from "./hdf5.ts";
import { readKeras2, isKeras2, writeKeras2 } from "./keras2-h5.ts";
import { readKeras3, writeKeras3 } from "./keras3-h5.ts";
import type { KerasLayer, KerasValues } from "./keras-layer.ts";
import { mismatch } from "./mismatch.ts";

/** Attributes of the file with the weights' hash and the class names, which Keras passes over. */
const HASH = "sha256";
const CLASS_NAMES = "class_names";

/** What a file says besides the weights. */
interface Notes {
  readonly hash: string | undefined;
  readonly classNames: readonly string[] | undefined;
}

/** A name that HDF5 can keep, whatever characters it has. */
function asciiJson(name: string): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(name).replace(/[\u007f-\uffff]/g, escaped);
}

function fromJson(text: string): string {
  const name = attempt(() => JSON.parse(text) as unknown);
  if (typeof name === "string") return name;
  throw mismatch(`names in JSON in ${CLASS_NAMES}`, describe(text));
}

/** The bytes of a weights file that `model.load_weights` of Keras reads. */
export async function writeKerasWeights(
  layers: readonly KerasLayer[],
  values: KerasValues,
  format: "keras2" | "keras3",
  { hash, classNames }: Notes,
): Promise<Uint8Array> {
  const hdf5 = await loadHdf5();
  const write = format === "keras3" ? writeKeras3 : writeKeras2;
  try {
    return createHdf5(hdf5, (file) => {
      write(hdf5, file, layers, values);
      if (classNames) writeNames(file, CLASS_NAMES, classNames.map(asciiJson));
      if (hash) file.create_attribute(HASH, hash, null, `S${hash.length}`);
    });
  } catch (cause) {
    if (cause instanceof CifarKitError) throw cause;
    throw new ArgumentError({
      subject: "saveWeights",
      expected: "layers that fit into an HDF5 file",
      got: JSON.stringify(hdf5Reason(cause)),
      remedy: "give the layers plain names, or use safetensors",
      cause,
    });
  }
}

/** The values of each weight of each layer, and what the file says of them. */
export async function readKerasWeights(
  bytes: Uint8Array,
  layers: readonly KerasLayer[],
): Promise<Notes & { readonly values: KerasValues }> {
  const hdf5 = await loadHdf5();
  try {
    return openHdf5(hdf5, bytes, (root) => {
      const hash: unknown = Object.hasOwn(root.attrs, HASH) ? root.attrs[HASH].value : undefined;
      // A whole model in the older format has its weights in a group.
      const whole = !isKeras2(root) && root.keys().includes("model_weights");
      const inner = whole ? root.get("model_weights") : root;
      const file = inner instanceof hdf5.Group ? inner : root;
      const read = isKeras2(file) ? readKeras2 : readKeras3;
      return {
        values: read(hdf5, file, layers),
        classNames: hasNames(root, CLASS_NAMES)
          ? readNames(root, CLASS_NAMES).map(fromJson)
          : undefined,
        hash: typeof hash === "string" ? hash : undefined,
      };
    });
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const reason = hdf5Reason(cause);
    const isCompressed = reason.startsWith("required filter");
    throw new DataError({
      subject: "loadWeights",
      expected: isCompressed
        ? "an HDF5 file compressed by gzip or not at all"
        : "an intact HDF5 file",
      got: JSON.stringify(reason),
      remedy: isCompressed
        ? "save the weights in Python without compression"
        : "get the file again",
      cause,
    });
  }
}
