import { tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { assignTo } from "../constraints.ts";
import { setClassNames } from "../class-names.ts";
import type { Values } from "./read-weights.ts";
import type { LoadWeightsOptions } from "./weights-options.ts";

/**
 * Gives a model the weights of a file: safetensors with PyTorch's or Keras's names, or HDF5 as
 * Keras 2 or 3 write it. The kind of file is seen from its bytes; for the mapping see {@link saveWeights}.
 *
 * What PyTorch's wrappers put before names, `module.` of DataParallel and `_orig_mod.` of torch.compile, is passed over,
 * however deep.
 *
 * Every weight of the model must be in the file in its shape, and nothing else (PyTorch's
 * `num_batches_tracked` aside). Float16, bfloat16 and float64 are converted, from HDF5 integers, too. Either
 * all weights are set or, if this throws, none. A file of {@link saveWeights} has a SHA-256 of its content,
 * which is checked, and the class names of the model that it is of, which this one then has; files of
 * other programs load without.
 *
 * In HDF5 files weights go by the order of the layers, as in Keras, whatever the layers' names.
 *
 * @param model any layers model, models inside models included; its weights change, its optimizer does not.
 * @param bytes the whole file; not modified.
 * @param options `layout` of a safetensors file, by default the one that {@link saveWeights} noted in
 * it, otherwise `"pytorch"`; `names` and `axes` as in {@link saveWeights}.
 * @throws {ArgumentError} if an option is unknown or wrong, if PyTorch has no such layer, or if it cannot be
 *   known in which order it has the features.
 * @throws {DataError} if the file is of another kind, damaged, in types that weights do not come in, or
 *   its weights are not those of the model.
 * @throws {SourceError} if the file is in HDF5 and the package `h5wasm` is not installed.
 */
export async function loadWeights(
  model: LayersModel,
  bytes: Uint8Array,
  options: LoadWeightsOptions = {},
): Promise<void> {
  // Loaded with the first file: most pages begin without one.
  const { readWeights } = await import("./read-weights.ts");
  const { values, classNames } = await readWeights(model, bytes, options);
  // The names belong to these weights, whatever the model's were before.
  if (classNames) setClassNames(model, classNames);
  assignWeights(values);
}

/** Sets weights to what a file gave for them. */
export function assignWeights(values: Values): void {
  for (const [{ variable, shape }, data] of values) {
    const value = tensor(data, [...shape], "float32");
    assignTo(variable, value);
    value.dispose();
  }
}
