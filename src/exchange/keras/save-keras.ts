import type { LayersModel } from "@tensorflow/tfjs-layers";
import { Hdf5Group } from "../../formats/hdf5-group.ts";
import type { KerasLayer, KerasWeight } from "../../formats/keras-layer.ts";
import { writeHdf5 } from "../../formats/write-hdf5.ts";
import { writeKeras3 } from "../../formats/write-keras3-h5.ts";
import { writeZip } from "../../formats/zip.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { kerasTree } from "../../model/weights/keras-tree.ts";
import { weightedLayers } from "../../model/weights/layer-weights.ts";
import { toKeras3 } from "./to-keras3.ts";

/** The version whose files these are like. */
const KERAS_VERSION = "3.15.0";

/**
 * A model as the bytes of a `.keras` file, which `keras.saving.load_model` of Keras 3 opens: its layers,
 * models inside of it, layers that are used several times, several inputs and outputs, its weights. The
 * outputs there are those here up to rounding. What it was compiled with does not go along; `compile` it
 * there to train on. A layer that a model shares with one inside of it becomes two with the same weights, for
 * Keras 3.15 cannot rebuild such a model, its own included.
 *
 * The class names lie in the file's metadata.json, where Keras passes over them and {@link loadKeras}
 * finds them. The same model gives the same bytes.
 *
 * @param model any layers model; it is only read, at once: on the webgpu backend, which cannot do that,
 *   move the model to another backend first.
 * @throws {ArgumentError} if Keras 3 has no like of some layers or of their settings, naming all of them. Those are
 *   layers of your own, `RandomHeight`, `RandomWidth`, `Resizing`, and the activations `hardSigmoid` (of which
 *   Keras 3 has one with other values, so give LSTM and GRU layers `recurrentActivation: "sigmoid"`) and
 *   `gelu_new`.
 * @example
 * writeFileSync("model.keras", saveKeras(model)); // in Python: keras.saving.load_model("model.keras")
 */
export function saveKeras(model: LayersModel): Uint8Array {
  const subject = "saveKeras";
  const tree = kerasTree(weightedLayers(subject, model));
  const config = toKeras3(subject, model);
  const values = new Map<KerasWeight, Float32Array>();
  for (const [key, { variable }] of tree.weights) {
    values.set(key, Float32Array.from(variable.read().dataSync()));
  }
  const classNames = classNamesOf(model);
  const metadata = { keras_version: KERAS_VERSION, ...(classNames && { class_names: classNames }) };
  const weights = new Hdf5Group();
  writeKeras3(weights, tree.layers.map(unshared), values);
  return writeZip({
    "metadata.json": json(metadata),
    "config.json": json(config),
    "model.weights.h5": writeHdf5(weights),
  });
}

/**
 * The layer as one of its own in each model that it is in: Keras 3.15 does not rebuild those that a model
 * shares with one inside of it.
 */
const unshared = ({ inner, ...layer }: KerasLayer): KerasLayer => ({
  ...layer,
  identity: {},
  ...(inner && { inner: inner.map(unshared) }),
});

const json = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
