import type { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../../checks.ts";

/**
 * Throws if two weights have the same name: TensorFlow.js would save such a model, but nobody could tell
 * its weights apart any more.
 * @param model the model, or what it gives a handler.
 * @throws {ArgumentError} that names them.
 */
export function checkWeightNames(subject: string, model: LayersModel | io.ModelArtifacts): void {
  const names =
    "weights" in model
      ? model.weights.map(({ originalName }) => originalName)
      : (model.weightSpecs ?? []).map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  check(
    twice === undefined,
    subject,
    "a model whose weights have names that differ",
    `two called ${JSON.stringify(twice)}`,
    "build it with other names for the layers inside of its models; what this one has learned, " +
      'saveWeights(model, { format: "keras3" }) keeps',
  );
}
