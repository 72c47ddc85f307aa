/** Writes what keras2-h5.ts reads. */
import { describe } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import type { Hdf5Group } from "./hdf5-group.ts";
import { levels } from "./hdf5-limits.ts";
import {
  keras2Weights,
  type KerasLayer,
  type KerasValues,
  type NamedWeight,
} from "./keras-layer.ts";

/** Writes a model's layers into a file. */
export function writeKeras2(
  file: Hdf5Group,
  layers: readonly KerasLayer[],
  values: KerasValues,
): void {
  file.setNames(
    "layer_names",
    layers.map(({ name }) => name),
  );
  file.attributes.set("backend", "tensorflow").set("keras_version", "2.15.0");
  for (const layer of layers) {
    const group = file.group(layer.name);
    const weights = keras2Weights(layer);
    // Within an inner model the names begin with its layers', as in Keras.
    const nameOf = ({ name }: NamedWeight): string =>
      layer.inner ? `${name}:0` : `${layer.name}/${name}:0`;
    group.setNames("weight_names", weights.map(nameOf));
    for (const named of weights) {
      const way = nameOf(named).split("/");
      const name = way.pop()!;
      const inner = way.length > 0 ? group.group(way.join("/"), levels(layer.name)) : group;
      if (inner.entries.has(name)) throw weightTwice(nameOf(named), layer.name);
      const { weight } = named;
      inner.entries.set(name, { shape: weight.shape, data: values.get(weight)! });
    }
  }
}

function weightTwice(name: string, layer: string): ArgumentError {
  return new ArgumentError({
    subject: "saveWeights",
    expected: "another name in the file for each weight",
    got: `${describe(name)} twice in ${layer}`,
    remedy: "call one of the layers otherwise",
  });
}
