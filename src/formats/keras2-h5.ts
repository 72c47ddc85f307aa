/**
 * The HDF5 weights files of Keras 2: lists of names in attributes, and under each layer's name a
 * dataset per weight, `<layer>/<layer>/kernel:0`. An inner model is one layer with all its weights.
 */
import type { Group } from "h5wasm";
import type { Hdf5 } from "./hdf5.ts";
import { datasetIn, groupIn, hasNames, readNames, readNumbers } from "./hdf5-tree.ts";
import {
  keras2Weights,
  type KerasLayer,
  type KerasValues,
  type KerasWeight,
  type NamedWeight,
} from "./keras-layer.ts";
import { mismatch } from "./mismatch.ts";

/** Whether a file is one of Keras 2. */
export const isKeras2 = (file: Group): boolean => hasNames(file, "layer_names");

/** The weights of a model's layers, from a file. */
export function readKeras2(hdf5: Hdf5, file: Group, layers: readonly KerasLayer[]): KerasValues {
  // As in Keras, layers without weights do not count, and the others go by their order.
  const stored = readNames(file, "layer_names")
    .map((name) => groupIn(hdf5, file, name))
    .map((group) => ({ group, names: readNames(group, "weight_names") }))
    .filter(({ names }) => names.length > 0);
  const weighted = layers.filter((layer) => keras2Weights(layer).length > 0);
  if (stored.length !== weighted.length) {
    throw mismatch(`${weighted.length} layers with weights`, `${stored.length}`);
  }
  const values = new Map<KerasWeight, Float32Array>();
  weighted.forEach((layer, i) => {
    const { group, names } = stored[i];
    const weights = keras2Weights(layer);
    if (weights.length !== names.length) {
      throw mismatch(`${weights.length} weights of ${layer.name}`, `${names.length}`);
    }
    const order = storedOrder(weights, names);
    weights.forEach(({ weight }, k) => {
      values.set(weight, readNumbers(datasetIn(hdf5, group, order[k]), weight.shape));
    });
  });
  return values;
}

/**
 * The stored names in the order of the weights. It is the file's own order, unless other layers of an
 * inner model were frozen when it was written, for these come last: then the names tell.
 */
function storedOrder(
  weights: readonly NamedWeight[],
  stored: readonly string[],
): readonly string[] {
  const kind = (name: string): string => name.slice(name.lastIndexOf("/") + 1).replace(/:\d+$/, "");
  const here = weights.map(({ name }) => kind(name));
  const there = stored.map(kind);
  if (here.every((name, i) => name === there[i])) {
    return byName(weights, stored) ?? stored;
  }
  // Files of other programs may have other names for their weights.
  if (String([...here].sort()) !== String([...there].sort())) return stored;
  const order = byName(weights, stored);
  if (!order) throw mismatch(`weights in the order ${here.join(", ")}`, there.join(", "));
  return order;
}

/** The stored names by the names of layers and weights; `undefined` if the layers have other names. */
function byName(
  weights: readonly NamedWeight[],
  stored: readonly string[],
): readonly string[] | undefined {
  const free = new Map(stored.map((name) => [name, `/${name.replace(/:\d+$/, "")}`]));
  const found = new Map<string, string>();
  // Longer names first, for "conv/kernel" is the end of "base/conv/kernel", too.
  for (const { name } of [...weights].sort((a, b) => b.name.length - a.name.length)) {
    const ends = [...free].filter(([, plain]) => plain.endsWith(`/${name}`));
    const [match] = ends.length === 1 ? ends : ends.filter(([, plain]) => plain === `/${name}`);
    if (!match) return undefined;
    found.set(name, match[0]);
    free.delete(match[0]);
  }
  return weights.map(({ name }) => found.get(name)!);
}
