import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkBytes } from "../../checks.ts";

/**
 * The model of a `.keras` file, as `model.save("model.keras")` of Keras 3 and {@link saveKeras} write it: its layers
 * with their weights, models inside of it, layers that are used several times, and the class names that
 * {@link saveKeras} put in. What it was compiled with is left out: `compile` it to train on. A layer that a model
 * shares with one inside of it is two layers here, which begin with the same weights.
 *
 * @param bytes the whole file; not modified. What is unpacked of it takes at most 32 times its size.
 * @returns the model; its outputs are those in Keras up to rounding. The caller disposes it.
 * @throws {ArgumentError} if it is passed no bytes.
 * @throws {DataError} if the file is of another kind, cut off or damaged, or if TensorFlow.js has no like of some layers
 *   or of their settings, naming all of them: a GRU layer with `reset_after`, Keras's default, is one. Layers of your own load once
 *   `tf.serialization.registerClass()` knows their class.
 * @throws {SourceError} if the package `h5wasm` is not installed, which reads the weights.
 * @example
 * const model = await loadKeras(readFileSync("model.keras"));
 */
export async function loadKeras(bytes: Uint8Array): Promise<LayersModel> {
  checkBytes("loadKeras", bytes, "pass the file's bytes, e.g. of fs.readFileSync(path)");
  // Loaded with the first file: most pages begin without one.
  const { readKeras } = await import("./read-keras.ts");
  return readKeras(bytes);
}
