import { check, checkOneOf, checkOptions, describe } from "../../checks.ts";

/** What kind of file weights are written to. */
export type WeightsFormat = "safetensors" | "keras3" | "keras2";

/** Whose names and orders of axes a safetensors file has. */
export type WeightsLayout = "pytorch" | "keras";

/** Options of {@link saveWeights}. */
export interface SaveWeightsOptions {
  /**
   * `"safetensors"` (default), `"keras3"` (the `.weights.h5` of Keras 3 and of Keras 2.13 and later) or
   * `"keras2"` (the older HDF5 weights file).
   */
  readonly format?: WeightsFormat;
  /** Of a safetensors file: `"pytorch"` (default) or `"keras"`. */
  readonly layout?: WeightsLayout;
  /**
   * What a layer is called in PyTorch, by its name here, where the two differ:
   * `{ conv2d: "features.0" }`. Default none.
   */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * Elements of a safetensors file: `"F32"` (default), or `"F16"`, half the size, with a relative error of
   * up to 0.0005 in each weight.
   */
  readonly dtype?: "F32" | "F16";
  /** Text by key to store in a safetensors file. Default none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of {@link loadWeights}. */
export type LoadWeightsOptions = Pick<SaveWeightsOptions, "layout" | "names">;

export const FORMATS: readonly WeightsFormat[] = ["safetensors", "keras3", "keras2"];
const LAYOUTS: readonly WeightsLayout[] = ["pytorch", "keras"];

/** Checks what both functions have in common. */
export function checkWeightsOptions(
  subject: string,
  options: SaveWeightsOptions,
  known: readonly (keyof SaveWeightsOptions)[],
  layerNames: readonly string[],
): void {
  checkOptions(subject, options, known);
  const { layout, names } = options;
  if (layout !== undefined) checkOneOf(subject, "layout", layout, LAYOUTS);
  if (names === undefined) return;
  check(
    typeof names === "object" &&
      names !== null &&
      Object.values(names).every((name) => typeof name === "string" && name !== ""),
    subject,
    "names to be an object with a name in PyTorch for each name here",
    describe(names),
    'pass e.g. { conv2d: "features.0" }',
  );
  for (const name of Object.keys(names)) {
    check(
      layerNames.includes(name),
      subject,
      `names of layers of the model: ${layerNames.join(", ")}`,
      describe(name),
      "correct the name",
    );
  }
}
