/**
 * The HDF5 weights files of Keras 3 (and of Keras 2.13 and later for names that end in `.weights.h5`):
 * the weights of the n-th layer of a class lie in `layers/<class>_<n>/vars/0`, `1`, ..., those of a
 * model's layers in a group `layers` of its own.
 * @see https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
 */
import type { Group } from "h5wasm";
import type { Hdf5 } from "./hdf5.ts";
import { datasetIn, entryIn, groupIn, readNumbers } from "./hdf5-tree.ts";
import {
  keras3Groups,
  type KerasLayer,
  type KerasValues,
  type KerasWeight,
  weightsByPart,
} from "./keras-layer.ts";
import { mismatch } from "./mismatch.ts";

/** Keras 2.12 called the group of the layers otherwise. */
const CONTAINERS = ["layers", "_layer_checkpoint_dependencies"];

/** The weights of a model's layers, from a file or from the group of an inner model. */
export function readKeras3(hdf5: Hdf5, file: Group, layers: readonly KerasLayer[]): KerasValues {
  const values = new Map<KerasWeight, Float32Array>();
  const used = new Set<string>();
  readLayers(hdf5, file, layers, values, used, new Set());
  const root = containerOf(hdf5, file);
  const unused = unusedIn(hdf5, root, used);
  if (unused !== undefined) throw mismatch("only layers of the model", `weights of ${unused}`);
  return values;
}

function readLayers(
  hdf5: Hdf5,
  from: Group,
  layers: readonly KerasLayer[],
  values: Map<KerasWeight, Float32Array>,
  used: Set<string>,
  seen: Set<object>,
): void {
  if (!layers.some((layer) => hasWeights(layer, seen))) return;
  const root = containerOf(hdf5, from);
  keras3Groups(layers).forEach((name, i) => {
    const layer = layers[i];
    if (seen.has(layer.identity) || !hasWeights(layer, seen)) return;
    seen.add(layer.identity);
    const group = groupIn(hdf5, root, name);
    if (layer.inner) readLayers(hdf5, group, layer.inner, values, used, seen);
    for (const { part, weights } of weightsByPart(layer)) {
      const vars = groupIn(hdf5, group, part === "" ? "vars" : `${part}/vars`);
      const found = vars.keys().length;
      if (found !== weights.length)
        throw mismatch(`${weights.length} weights of ${name}`, `${found}`);
      weights.forEach((weight, index) => {
        const dataset = datasetIn(hdf5, vars, String(index));
        used.add(dataset.path);
        values.set(weight, readNumbers(dataset, weight.shape));
      });
    }
  });
}

function hasWeights(layer: KerasLayer, seen: ReadonlySet<object>): boolean {
  if (seen.has(layer.identity)) return false;
  return layer.weights.length > 0 || (layer.inner ?? []).some((inner) => hasWeights(inner, seen));
}

function containerOf(hdf5: Hdf5, from: Group): Group {
  const name = CONTAINERS.find((known) => from.keys().includes(known));
  if (name === undefined) {
    throw mismatch(
      "a weights file of Keras 2 or 3",
      `one with ${from.keys().join(", ") || "nothing"}`,
    );
  }
  return groupIn(hdf5, from, name);
}

/** The path of a dataset below a group that was not used, if there is one. */
function unusedIn(hdf5: Hdf5, group: Group, used: ReadonlySet<string>): string | undefined {
  for (const key of group.keys()) {
    const found = entryIn(group, key);
    if (found instanceof hdf5.Dataset && !used.has(found.path)) return found.path;
    const unused = found instanceof hdf5.Group ? unusedIn(hdf5, found, used) : undefined;
    if (unused !== undefined) return unused;
  }
  return undefined;
}
