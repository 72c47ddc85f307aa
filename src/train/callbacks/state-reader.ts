import type { JsonValue } from "../../text/json.ts";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { describe } from "../../checks.ts";
import type { CallbackState } from "../callback.ts";
import { damaged, object, type FieldReader } from "../checkpoint/header-shape.ts";

/**
 * Checks a callback's state out of a checkpoint, which may have been made by hand.
 * @throws {DataError} if it has not exactly these fields, of these kinds.
 */
export function stateReader<T extends object>(
  subject: string,
  fields: { [K in keyof T]: FieldReader<T[K]> },
): (state: CallbackState) => T {
  const read = object<T>(fields);
  // Readers look at typed arrays as at any other object.
  return (state) => read(state as unknown as JsonValue, `the state of ${subject}`);
}

/** The values of some weights. */
export const floats: FieldReader<Float32Array> = (value, path) => {
  if ((value as unknown) instanceof Float32Array) return value as unknown as Float32Array;
  throw damaged(`${path} to be a Float32Array`, describe(value));
};

/** Throws unless there are as many values as each of these weights has. */
export function checkLengths(
  subject: string,
  values: readonly Float32Array[],
  weights: readonly LayerVariable[],
): void {
  const sizes = weights.map(({ shape }) =>
    (shape as number[]).reduce((product, size) => product * size, 1),
  );
  const stray = sizes.findIndex((size, i) => size !== values[i]?.length);
  if (stray === -1 && values.length === sizes.length) return;
  const got =
    stray === -1
      ? `${values.length} arrays`
      : `${values[stray]?.length ?? "none"} for weight ${stray}`;
  throw damaged(`the state of ${subject} to hold the values of ${sizes.length} weights`, got);
}
