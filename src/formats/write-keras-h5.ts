/** Writes Keras's weights files in HDF5, in either layout. */
import { Hdf5Group } from "./hdf5-group.ts";
import type { KerasLayer, KerasValues } from "./keras-layer.ts";
import { CLASS_NAMES, HASH, type KerasNotes } from "./keras-notes.ts";
import { writeHdf5 } from "./write-hdf5.ts";
import { writeKeras2 } from "./write-keras2-h5.ts";
import { writeKeras3 } from "./write-keras3-h5.ts";

/** The bytes of a weights file that `model.load_weights` of Keras reads. */
export function writeKerasWeights(
  layers: readonly KerasLayer[],
  values: KerasValues,
  format: "keras2" | "keras3",
  { hash, classNames }: KerasNotes,
): Uint8Array {
  const file = new Hdf5Group();
  if (format === "keras3") writeKeras3(file, layers, values);
  else writeKeras2(file, layers, values);
  if (classNames) file.setNames(CLASS_NAMES, classNames.map(asciiJson));
  if (hash) file.attributes.set(HASH, hash);
  return writeHdf5(file);
}

/** A name that HDF5 can keep, whatever characters it has. */
function asciiJson(name: string): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(name).replace(/[\u007f-\uffff]/g, escaped);
}
