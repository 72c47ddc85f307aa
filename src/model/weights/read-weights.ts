import type { LayersModel } from "@tensorflow/tfjs-layers";
import { attempt, checkBytes, describe, isListOf, isText } from "../../checks.ts";
import { DataError } from "../../errors.ts";
import { readOptions } from "../../options.ts";
import { listed } from "../../text/listed.ts";
import { refuseForeignFile } from "../../formats/foreign-file.ts";
import { isHdf5 } from "../../formats/is-hdf5.ts";
import { mismatch } from "../../formats/mismatch.ts";
import { readSafetensors } from "../../formats/read-safetensors.ts";
import type { SafeTensor } from "../../formats/safetensors.ts";
import { toFloat32 } from "../../formats/to-float32.ts";
import { checkHash, safetensorsHash, weightsHash } from "./content-hash.ts";
import { kerasTree } from "./keras-tree.ts";
import {
  type LayerWeight,
  type PlacedLayer,
  placedLayers,
  type WeightedLayer,
  weightedLayers,
} from "./layer-weights.ts";
import { pyTorchLayers } from "./pytorch-layout.ts";
import { loadOptions, type LoadWeightsOptions } from "./weights-options.ts";
import { withoutWrappers } from "./without-wrappers.ts";

const REMEDY = "build the network that the file belongs to, or map layers with the option names";

/** What weights are about to be. */
export type Values = Map<LayerWeight, Float32Array>;

/** What a file holds for a model. */
interface Content {
  readonly values: Values;
  /** What its classes are called, if the file says so. */
  readonly classNames: readonly string[] | undefined;
}

/** What a file gives the weights of a model; checks what `loadWeights` was given. */
export async function readWeights(
  model: LayersModel,
  bytes: Uint8Array,
  options: LoadWeightsOptions,
): Promise<Content> {
  const subject = "loadWeights";
  const layers = weightedLayers(subject, model);
  const placed = placedLayers(layers);
  checkBytes(subject, bytes, "pass the file's bytes, e.g. of fs.readFileSync(path)");
  const settings = readOptions(subject, options, loadOptions(placed));
  refuseForeignFile(subject, bytes);
  return isHdf5(bytes)
    ? fromKerasFile(layers, bytes)
    : fromSafetensors(subject, model, placed, bytes, settings);
}

/** What an HDF5 file gives the weights of some layers. */
export async function fromKerasFile(
  layers: readonly WeightedLayer[],
  bytes: Uint8Array,
): Promise<Content> {
  // Few programs need it, and pages should not load it for nothing.
  const { readKerasWeights } = await import("../../formats/keras-h5.ts");
  const tree = kerasTree(layers);
  const read = await readKerasWeights(bytes, tree.layers);
  const found = [...tree.weights].map(([key, weight]) => {
    const data = read.values.get(key)!;
    return { weight, data, shape: key.shape };
  });
  const { hash, classNames } = read;
  if (hash !== undefined) checkHash(hash, await weightsHash(found, classNames));
  return { values: new Map(found.map(({ weight, data }) => [weight, data])), classNames };
}

async function fromSafetensors(
  subject: string,
  model: LayersModel,
  layers: readonly PlacedLayer[],
  bytes: Uint8Array,
  options: LoadWeightsOptions,
): Promise<Content> {
  const { tensors: stored, metadata } = readSafetensors(bytes);
  const hash = Object.hasOwn(metadata, "sha256") ? metadata.sha256 : undefined;
  if (hash !== undefined) checkHash(hash, await safetensorsHash(stored, metadata));
  const isKeras = (options.layout ?? metadata.layout) === "keras";
  const modules = isKeras ? [] : pyTorchLayers(subject, model, layers, options);
  const keys = modules.flatMap(({ weights, counter = "" }) => [
    ...weights.map(({ key }) => key),
    counter,
  ]);
  const tensors = isKeras ? stored : withoutWrappers(stored, new Set(keys));
  const values: Values = new Map();
  const unused = new Set(tensors.keys());
  const read = new Map<LayerWeight["variable"], Float32Array>();
  const take = (
    weight: LayerWeight,
    key: string,
    shape: readonly number[],
    convert = (data: Float32Array): Float32Array => data,
  ): void => {
    const before = read.get(weight.variable);
    // Of a layer that several models share one copy is enough.
    if (before && !tensors.has(key)) return;
    unused.delete(key);
    const data = convert(takeTensor(tensors, key, shape));
    if (before?.some((value, i) => !Object.is(value, data[i]))) {
      throw mismatch(`${key} as in the other model that has this layer`, "other numbers", REMEDY);
    }
    read.set(weight.variable, data);
    values.set(weight, data);
  };
  if (isKeras) {
    for (const { names, weights } of layers) {
      for (const weight of weights) take(weight, [...names, weight.name].join("/"), weight.shape);
    }
  } else {
    for (const { weights, counter } of modules) {
      for (const { weight, key, shape, fromPyTorch } of weights) {
        take(weight, key, shape, fromPyTorch);
      }
      if (counter !== undefined) unused.delete(counter);
    }
  }
  if (unused.size > 0) {
    throw mismatch("only weights of the model", firstOf(unused), REMEDY);
  }
  return { values, classNames: namesOf(metadata) };
}

/** The class names that a file's text holds as JSON. */
function namesOf({ classNames }: Readonly<Record<string, string>>): Content["classNames"] {
  const names: unknown = attempt((): unknown => JSON.parse(classNames));
  return isListOf(names, isText) ? names : undefined;
}

function takeTensor(
  tensors: ReadonlyMap<string, SafeTensor>,
  key: string,
  shape: readonly number[],
): Float32Array {
  const found = tensors.get(key);
  const expected = `${key} of shape [${shape.join(", ")}]`;
  if (!found) throw mismatch(expected, `a file with ${firstOf(named(tensors))}`, REMEDY);
  if (found.shape.length !== shape.length || found.shape.some((size, i) => size !== shape[i])) {
    throw mismatch(expected, `[${found.shape.join(", ")}]`, REMEDY);
  }
  const data = toFloat32(found);
  if (!data) {
    throw new DataError({
      subject: "loadWeights",
      expected: `${key} as F32, F16, BF16 or F64`,
      got: found.dtype,
      remedy: "convert it where the file was written, in PyTorch by tensor.float()",
    });
  }
  return data;
}

/** The names of the tensors that are weights. */
const named = (tensors: ReadonlyMap<string, SafeTensor>): string[] =>
  [...tensors.keys()].filter((key) => !key.endsWith(".num_batches_tracked"));

/** The first few names. */
function firstOf(names: Iterable<string>): string {
  return listed(Array.from(names, describe), 6) || "nothing";
}
