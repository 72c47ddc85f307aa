import { DataError } from "../../errors.ts";

/** A JSON object of a file, of which nothing is known yet. */
export type Json = Record<string, unknown> | null | undefined;

/** What to do about a model of Keras that TensorFlow.js cannot have. */
export const KERAS_REMEDY =
  "build the network here and load its weights: model.save_weights() in Keras, loadWeights() here";

/** Deeper nesting than any network's; what reads a topology is recursive. */
const MAX_DEPTH = 200;

/**
 * A copy of a JSON value in which every part is replaced by what `change` gives for it, parts of parts
 * first, as `JSON.parse` does it with a reviver.
 * @throws {DataError} if it is nested too deeply.
 */
export function mapJson(
  value: unknown,
  change: (key: string, value: unknown) => unknown,
  key = "",
  depth = 0,
): unknown {
  if (depth > MAX_DEPTH) {
    throw new DataError({
      subject: "loadModel",
      expected: `a topology of at most ${MAX_DEPTH} levels`,
      got: "a deeper one",
      remedy: "the model's file is damaged or was made on purpose: save or convert the model again",
    });
  }
  const inner = (name: string, part: unknown): unknown => mapJson(part, change, name, depth + 1);
  if (Array.isArray(value)) {
    return change(
      key,
      value.map((part, i) => inner(String(i), part)),
    );
  }
  if (typeof value !== "object" || value === null) return change(key, value);
  const parts = Object.entries(value).map(([name, part]) => [name, inner(name, part)] as const);
  return change(key, Object.fromEntries(parts));
}
