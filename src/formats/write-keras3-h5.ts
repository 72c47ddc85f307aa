/** Writes what keras3-h5.ts reads. */
import type { Hdf5Group } from "./hdf5-group.ts";
import { keras3Groups, type KerasLayer, type KerasValues, weightsByPart } from "./keras-layer.ts";

/** Writes a model's layers into a file, or into the group of an inner model that is `depth` groups down. */
export function writeKeras3(
  into: Hdf5Group,
  layers: readonly KerasLayer[],
  values: KerasValues,
  depth = 0,
  seen = new Set<object>(),
): void {
  const root = into.group("layers", depth);
  keras3Groups(layers).forEach((name, i) => {
    const layer = layers[i];
    // As in Keras, a layer that comes again is not written again.
    if (seen.has(layer.identity)) return;
    seen.add(layer.identity);
    const group = root.group(name, depth + 1);
    if (layer.inner) writeKeras3(group, layer.inner, values, depth + 2, seen);
    const vars = group.group("vars", depth + 2);
    vars.attributes.set("name", layer.name);
    for (const { part, weights } of weightsByPart(layer)) {
      const target = part === "" ? vars : group.group(`${part}/vars`, depth + 2);
      weights.forEach((weight, index) => {
        target.entries.set(String(index), { shape: weight.shape, data: values.get(weight)! });
      });
    }
  });
  if (depth === 0) into.group("vars");
}
