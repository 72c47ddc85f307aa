import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkOneOf, describe } from "../../checks.ts";
import { readOptions } from "../../options.ts";
import { ArgumentError } from "../../errors.ts";
import type { KerasWeight } from "../../formats/keras-layer.ts";
import type { SafeTensor } from "../../formats/safetensors.ts";
import { toHalf } from "../../formats/half.ts";
import { writeSafetensors } from "../../formats/write-safetensors.ts";
import { classNamesOf } from "../class-names.ts";
import { safetensorsHash, weightsHash } from "./content-hash.ts";
import { kerasTree } from "./keras-tree.ts";
import {
  type PlacedLayer,
  placedLayers,
  readWeight,
  type WeightedLayer,
  weightedLayers,
} from "./layer-weights.ts";
import { pyTorchLayers } from "./pytorch-layout.ts";
import {
  type LoadWeightsOptions,
  saveOptions,
  type SaveWeightsOptions,
} from "./weights-options.ts";

/** The bytes of a file with a model's weights; checks what `saveWeights` was given. */
export async function writeWeights(
  model: LayersModel,
  options: SaveWeightsOptions,
): Promise<Uint8Array> {
  const subject = "saveWeights";
  const layers = weightedLayers(subject, model);
  const placed = placedLayers(layers);
  const settings = readOptions(subject, options, saveOptions(placed));
  const { format, layout = "pytorch", dtype, metadata } = settings;
  if (format !== "safetensors") checkOneOf(subject, "dtype", dtype, ["F32"]);
  checkEffect(subject, options, settings);
  const classNames = classNamesOf(model);
  if (format !== "safetensors") return toHdf5(layers, format, classNames);
  const full =
    layout === "pytorch"
      ? await toPyTorch(subject, model, placed, settings)
      : await toKeras(subject, placed);
  const tensors = dtype === "F16" ? halved(subject, full) : full;
  // "format": "pt" is how the tools around PyTorch know a file of theirs.
  const own: Record<string, string> = layout === "pytorch" ? { format: "pt", layout } : { layout };
  if (classNames) own.classNames = JSON.stringify(classNames);
  const text = { ...own, ...metadata };
  return writeSafetensors(tensors, { ...text, sha256: await safetensorsHash(tensors, text) });
}

/** Refuses options that say something about another kind of file. */
function checkEffect(
  subject: string,
  options: SaveWeightsOptions,
  { format, layout }: SaveWeightsOptions,
): void {
  const ofSafetensors = ["layout", "names", "axes", "metadata"] as const;
  const without =
    format !== "safetensors"
      ? ofSafetensors
      : layout === "keras"
        ? (["names", "axes"] as const)
        : [];
  const idle = without.find((key) => options[key] !== undefined);
  check(
    idle === undefined,
    subject,
    "options that go with the file",
    `${idle} with ${format === "safetensors" ? 'layout "keras"' : `format ${describe(format)}`}`,
    "leave it out",
  );
}

async function toPyTorch(
  subject: string,
  model: LayersModel,
  layers: readonly PlacedLayer[],
  options: LoadWeightsOptions,
): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  for (const { weights, counter } of pyTorchLayers(subject, model, layers, options)) {
    for (const { weight, key, shape, toPyTorch } of weights) {
      tensors.set(key, { dtype: "F32", shape, data: toPyTorch(await readWeight(weight)) });
    }
    if (counter !== undefined) {
      // PyTorch's layer counts its batches, and load_state_dict asks for the count; it has no effect.
      tensors.set(counter, { dtype: "I64", shape: [], data: new BigInt64Array(1) });
    }
  }
  return tensors;
}

async function toKeras(
  subject: string,
  layers: readonly PlacedLayer[],
): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  for (const { names, weights } of layers) {
    for (const weight of weights) {
      const key = [...names, weight.name].join("/");
      if (tensors.has(key)) {
        throw new ArgumentError({
          subject,
          expected: "another name for each weight",
          got: `${describe(key)} twice`,
          remedy: "call one of the layers otherwise, or use another format",
        });
      }
      const data = await readWeight(weight);
      tensors.set(key, { dtype: "F32", shape: weight.shape, data });
    }
  }
  return tensors;
}

async function toHdf5(
  layers: readonly WeightedLayer[],
  format: "keras3" | "keras2",
  classNames: readonly string[] | undefined,
): Promise<Uint8Array> {
  const tree = kerasTree(layers);
  const values = new Map<KerasWeight, Float32Array>();
  for (const [key, weight] of tree.weights) values.set(key, await readWeight(weight));
  const hash = await weightsHash(
    [...values].map(([{ shape }, data]) => ({ shape, data })),
    classNames,
  );
  // Few programs need it, and pages should not load it for nothing.
  const { writeKerasWeights } = await import("../../formats/write-keras-h5.ts");
  return writeKerasWeights(tree.layers, values, format, { hash, classNames });
}

/** The same tensors with their floats in half precision. */
function halved(
  subject: string,
  tensors: ReadonlyMap<string, SafeTensor>,
): Map<string, SafeTensor> {
  const half = ({ data, shape, ...rest }: SafeTensor, key: string): SafeTensor => {
    if (!(data instanceof Float32Array)) return { data, shape, ...rest };
    const halves = toHalf(data);
    const lost = data.find((value, i) => Number.isFinite(value) && (halves[i] & 0x7fff) === 0x7c00);
    check(
      lost === undefined,
      subject,
      `values of up to 65,504 in ${key}, the largest in half precision`,
      String(lost),
      'use dtype "F32"',
    );
    return { dtype: "F16", shape, data: halves };
  };
  return new Map([...tensors].map(([key, tensor]) => [key, half(tensor, key)]));
}
