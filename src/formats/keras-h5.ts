/** Reads Keras's weights files in HDF5, in either layout. */
import { attempt, describe } from "../checks.ts";
import { DataError } from "../errors.ts";
import { hasNames, readNames } from "./hdf5-tree.ts";
import { hdf5Reason, loadHdf5, openHdf5 } from "./hdf5.ts";
import { isKeras2, readKeras2 } from "./keras2-h5.ts";
import { readKeras3 } from "./keras3-h5.ts";
import { CLASS_NAMES, HASH, type KerasNotes } from "./keras-notes.ts";
import type { KerasLayer, KerasValues } from "./keras-layer.ts";
import { mismatch } from "./mismatch.ts";

function fromJson(text: string): string {
  const name = attempt(() => JSON.parse(text) as unknown);
  if (typeof name === "string") return name;
  throw mismatch(`names in JSON in ${CLASS_NAMES}`, describe(text));
}

/** The values of each weight of each layer, and what the file says of them. */
export async function readKerasWeights(
  bytes: Uint8Array,
  layers: readonly KerasLayer[],
): Promise<KerasNotes & { readonly values: KerasValues }> {
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
