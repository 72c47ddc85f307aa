import { check, describe, isArray, isObject } from "../../checks.ts";
import { checkMetadata } from "../../formats/write-safetensors.ts";
import { oneOf, reader } from "../../options.ts";
import type { Layer, PlacedLayer } from "./layer-weights.ts";

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
   * `{ conv2d: "features.0" }`. A layer of a model inside the model goes by both names,
   * `"base.conv2d"`; a name for the inner model alone goes for all its layers. Default none.
   */
  readonly names?: Readonly<Record<string, string>>;
  /**
   * In which order PyTorch has the axes of a layer's input, counted from 1 without the batch's, as a
   * Permute layer counts them: `{ flatten: [3, 1, 2] }` for a network that flattens the channels first,
   * `[1, 2, 3]` for one that flattens as here. By the layer's name, as in `names`; for an input by the
   * input's name, and of its own axes; for a Reshape layer that gives a row several axes, of its output.
   * Needed only where an error asks for it, and for networks that differ from the usual. Default none.
   */
  readonly axes?: Readonly<Record<string, readonly number[]>>;
  /**
   * Elements of a safetensors file: `"F32"` (default), or `"F16"`, half the size, with a relative error of
   * up to 0.0005 in each weight.
   */
  readonly dtype?: "F32" | "F16";
  /**
   * Text by key to store in a safetensors file. Default none. The keys `format`, `layout`,
   * `classNames` and `sha256` are the library's own.
   */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Options of {@link loadWeights}. */
export type LoadWeightsOptions = Pick<SaveWeightsOptions, "layout" | "names" | "axes">;

const FORMATS: readonly WeightsFormat[] = ["safetensors", "keras3", "keras2"];
const LAYOUTS: readonly WeightsLayout[] = ["pytorch", "keras"];
const OWN_METADATA = ["format", "layout", "classNames", "sha256"];

/** How the options of {@link LoadWeightsOptions} are read, for a model of these layers. */
export const loadOptions = (layers: readonly PlacedLayer[]) => ({
  layout: oneOf(LAYOUTS, { optional: true }),
  names: reader({ default: {} }, (value, subject) => readNames(subject, value, layers)),
  axes: reader({ default: {} }, (value, subject) => readAxes(subject, value, layers)),
});

/** How those of {@link SaveWeightsOptions} are read. */
export const saveOptions = (layers: readonly PlacedLayer[]) => ({
  ...loadOptions(layers),
  format: oneOf(FORMATS, { default: "safetensors" }),
  dtype: oneOf(["F32", "F16"], { default: "F32" }),
  metadata: reader({ default: {} }, (value, subject) => readMetadata(subject, value)),
});

/** The metadata of a file that will have some of its own. */
function readMetadata(subject: string, metadata: unknown): Readonly<Record<string, string>> {
  checkMetadata(subject, metadata);
  const own = Object.keys(metadata).find((key) => OWN_METADATA.includes(key));
  check(
    own === undefined,
    subject,
    `metadata without the library's own keys: ${OWN_METADATA.join(", ")}`,
    describe(own),
    "call it otherwise",
  );
  return metadata;
}

function readNames(
  subject: string,
  names: unknown,
  layers: readonly PlacedLayer[],
): Readonly<Record<string, string>> {
  check(
    isObject(names) &&
      Object.values(names).every((name) => typeof name === "string" && name !== ""),
    subject,
    "names to be an object with a name in PyTorch for each name here",
    describe(names),
    'pass e.g. { conv2d: "features.0" }',
  );
  // Models inside the model have names, too.
  const paths = layers.flatMap(({ names: way }) =>
    way.map((_, i) => way.slice(0, i + 1).join(".")),
  );
  checkPaths(subject, names, new Set(paths));
  return names as Record<string, string>;
}

function readAxes(
  subject: string,
  axes: unknown,
  layers: readonly PlacedLayer[],
): Readonly<Record<string, readonly number[]>> {
  check(
    isObject(axes) && !isArray(axes),
    subject,
    "axes to be an object with an order of axes for each layer's name",
    describe(axes),
    "pass e.g. { flatten: [3, 1, 2] }",
  );
  checkPaths(subject, axes, new Set(layers.map(({ path }) => path)));
  const orders = axes as Record<string, readonly number[]>;
  for (const { layer, path } of layers) {
    if (!Object.hasOwn(orders, path)) continue;
    const order = orders[path];
    const here = Array.from({ length: axesOf(layer) }, (_, i) => i + 1);
    check(
      isArray(order) && String([...order].sort()) === String(here) && here.length > 1,
      subject,
      `axes of ${path} to be ${here.length > 1 ? here.join(", ") : "left out: it has one"} in some order`,
      describe(order),
      "count them from 1, without the batch's",
    );
  }
  return orders;
}

/** How many axes a layer's input has, or its output if the input is a row. */
function axesOf({ inboundNodes }: Layer): number {
  const [{ inputTensors, outputTensors }] = inboundNodes;
  const [before = outputTensors[0]] = inputTensors;
  return (
    Math.max(before.shape.length, before.shape.length > 2 ? 0 : outputTensors[0].shape.length) - 1
  );
}

function checkPaths(subject: string, named: object, paths: ReadonlySet<string>): void {
  for (const name of Object.keys(named)) {
    check(
      paths.has(name),
      subject,
      `names of layers of the model: ${[...paths].join(", ")}`,
      describe(name),
      "correct the name",
    );
  }
}
