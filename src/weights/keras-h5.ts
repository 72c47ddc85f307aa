/**
 * Keras's weights files in HDF5.
 *
 * Keras 3 (and Keras 2.13 and later for names that end in `.weights.h5`) keeps the weights of the
 * n-th layer of a class in `layers/<class>_<n>/vars/0`, `1`, ...; Keras 2 keeps lists of names in
 * attributes, and under each layer's name a dataset per weight, `<layer>/<layer>/kernel:0`.
 * @see https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/
 */
import type { Dataset, Entity, File as Hdf5File, Group } from "h5wasm";
import { messageOf } from "../describe.ts";
import { DataError } from "../errors.ts";
import { createHdf5, loadHdf5, openHdf5, type Hdf5 } from "./hdf5.ts";
import { keras3Groups, type KerasLayer, type KerasLayerValues } from "./keras-layer.ts";

/** The bytes of a weights file that `model.load_weights` of Keras reads. */
export async function writeKerasWeights(
  layers: readonly KerasLayerValues[],
  format: "keras2" | "keras3",
): Promise<Uint8Array> {
  const hdf5 = await loadHdf5();
  const write = format === "keras3" ? writeKeras3 : writeKeras2;
  return createHdf5(hdf5, (file) => {
    write(file, layers);
  });
}

function writeKeras3(file: Hdf5File, layers: readonly KerasLayerValues[]): void {
  const root = file.create_group("layers");
  keras3Groups(layers).forEach((group, i) => {
    const vars = root.create_group(group).create_group("vars");
    vars.create_attribute("name", layers[i].name);
    layers[i].weights.forEach(({ shape, data }, index) => {
      vars.create_dataset({ name: String(index), data, shape: [...shape], dtype: "<f4" });
    });
  });
  file.create_group("vars");
}

function writeKeras2(file: Hdf5File, layers: readonly KerasLayerValues[]): void {
  writeNames(
    file,
    "layer_names",
    layers.map(({ name }) => name),
  );
  file.create_attribute("backend", "tensorflow", null, "S10");
  file.create_attribute("keras_version", "2.15.0", null, "S6");
  for (const { name: layer, weights } of layers) {
    const group = file.create_group(layer);
    writeNames(
      group,
      "weight_names",
      weights.map(({ name }) => `${layer}/${name}:0`),
    );
    if (weights.length === 0) continue;
    const inner = group.create_group(layer);
    for (const { name, shape, data } of weights) {
      inner.create_dataset({ name: `${name}:0`, data, shape: [...shape], dtype: "<f4" });
    }
  }
}

/** A list of names as an attribute: strings of one length, as NumPy has them. */
function writeNames(group: Group, attribute: string, names: readonly string[]): void {
  if (names.length === 0) {
    // NumPy knows no empty list of strings: Python writes one of floats.
    group.create_attribute(attribute, new Float64Array(0), [0], "<d");
    return;
  }
  const bytes = Math.max(...names.map((name) => new TextEncoder().encode(name).length));
  group.create_attribute(attribute, [...names], null, `S${bytes}`);
}

/**
 * The values of each weight of each layer, from a file in either layout.
 * @throws {DataError} if the file is damaged, or its layers are not these.
 */
export async function readKerasWeights(
  bytes: Uint8Array,
  layers: readonly KerasLayer[],
): Promise<Float32Array[][]> {
  const hdf5 = await loadHdf5();
  try {
    return openHdf5(hdf5, bytes, (file) => {
      const reader = new Reader(hdf5, file);
      return reader.isKeras2() ? reader.keras2(layers) : reader.keras3(layers);
    });
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    const text = messageOf(cause);
    throw mismatch("an intact HDF5 file", JSON.stringify(text), cause);
  }
}

class Reader {
  readonly #hdf5: Hdf5;
  readonly #file: Group;

  constructor(hdf5: Hdf5, file: Hdf5File) {
    this.#hdf5 = hdf5;
    // A whole model in the older format has its weights in a group.
    this.#file = file.keys().includes("model_weights") ? this.#group(file, "model_weights") : file;
  }

  isKeras2(): boolean {
    return Object.hasOwn(this.#file.attrs, "layer_names");
  }

  keras3(layers: readonly KerasLayer[]): Float32Array[][] {
    // Keras 2.12 called the group otherwise.
    const name = ["layers", "_layer_checkpoint_dependencies"].find((name) =>
      this.#file.keys().includes(name),
    );
    if (name === undefined) {
      throw mismatch("a weights file of Keras 2 or 3", `one with ${this.#file.keys().join(", ")}`);
    }
    const root = this.#group(this.#file, name);
    const groups = keras3Groups(layers);
    const used = new Set(groups.filter((_, i) => layers[i].weights.length > 0));
    const stray = root.keys().find((key) => !used.has(key) && this.#hasWeights(root, key));
    if (stray !== undefined) throw mismatch("only layers of the model", `weights of ${stray}`);
    return layers.map(({ weights }, i) => {
      if (weights.length === 0) return [];
      const vars = this.#group(this.#group(root, groups[i]), "vars");
      checkCount(groups[i], weights.length, vars.keys().length);
      return weights.map(({ shape }, index) => this.#values(vars, String(index), shape));
    });
  }

  keras2(layers: readonly KerasLayer[]): Float32Array[][] {
    // As in Keras, layers without weights do not count, and the others go by their order.
    const stored = this.#names(this.#file, "layer_names")
      .map((name) => this.#group(this.#file, name))
      .map((group) => ({ group, names: this.#names(group, "weight_names") }))
      .filter(({ names }) => names.length > 0);
    const weighted = layers.filter(({ weights }) => weights.length > 0);
    if (stored.length !== weighted.length) {
      throw mismatch(`${weighted.length} layers with weights`, `${stored.length}`);
    }
    let next = 0;
    return layers.map(({ name, weights }) => {
      if (weights.length === 0) return [];
      const { group, names } = stored[next++];
      checkCount(name, weights.length, names.length);
      return weights.map(({ shape }, i) => this.#values(group, names[i], shape));
    });
  }

  #hasWeights(root: Group, key: string): boolean {
    const group = this.#group(root, key);
    return group.keys().includes("vars") && this.#group(group, "vars").keys().length > 0;
  }

  #group(parent: Group, name: string): Group {
    const found = find(parent, name);
    if (!(found instanceof this.#hdf5.Group)) throw mismatch(`the group ${name}`, "none");
    return found;
  }

  #names(group: Group, attribute: string): string[] {
    if (!Object.hasOwn(group.attrs, attribute)) {
      throw mismatch(`the attribute ${attribute} of ${group.path}`, "none");
    }
    const { value, shape } = group.attrs[attribute];
    // An empty list is one of numbers: Python does not know that there would be strings in it.
    if (shape?.[0] === 0) return [];
    if (!Array.isArray(value) || !value.every((name) => typeof name === "string")) {
      throw mismatch(`${attribute} of ${group.path} to be a list of names`, "something else");
    }
    return value;
  }

  #values(group: Group, name: string, shape: readonly number[]): Float32Array {
    const found = find(group, name);
    if (!(found instanceof this.#hdf5.Dataset)) {
      throw mismatch(`the dataset ${name} in ${group.path}`, "none");
    }
    // Shape and type first: the values of a damaged file could be of any size.
    checkForm(found, shape);
    const { value } = found;
    if (value instanceof Float32Array) return value;
    if (value instanceof Float64Array) return Float32Array.from(value);
    throw mismatch(`numbers in ${found.path}`, "something else");
  }
}

function find(group: Group, name: string): Entity | null {
  return group.get(name);
}

function checkForm(dataset: Dataset, expected: readonly number[]): void {
  const shape = dataset.shape ?? [];
  if (shape.length !== expected.length || shape.some((size, i) => size !== expected[i])) {
    const text = `[${shape.join(", ")}]`;
    throw mismatch(`shape [${expected.join(", ")}] of ${dataset.path}`, text);
  }
  const { dtype } = dataset;
  if (dtype !== "<f4" && dtype !== "<f8" && dtype !== "<f" && dtype !== "<d") {
    throw mismatch(`float32 or float64 in ${dataset.path}`, JSON.stringify(dtype));
  }
}

function checkCount(what: string, expected: number, got: number): void {
  if (got !== expected) throw mismatch(`${expected} weights of ${what}`, `${got}`);
}

function mismatch(expected: string, got: string, cause?: unknown): DataError {
  return new DataError({
    subject: "loadWeights",
    expected,
    got,
    remedy: "build the network that the file belongs to, or get the file again",
    cause,
  });
}
