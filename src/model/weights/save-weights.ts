import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkOneOf, describe } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import type { KerasWeight } from "../../weights/keras-layer.ts";
import type { SafeTensor } from "../../weights/safetensors.ts";
import { toHalf } from "../../weights/half.ts";
import { writeSafetensors } from "../../weights/write-safetensors.ts";
import { safetensorsHash, weightsHash } from "./content-hash.ts";
import { kerasTree } from "./keras-tree.ts";
import {
  type PlacedLayer,
  placedLayers,
  readWeight,
  type WeightedLayer,
  weightedLayers,
} from "./layer-weights.ts";
import {
  checkMetadata,
  checkWeightsOptions,
  FORMATS,
  type SaveWeightsOptions,
} from "./weights-options.ts";

/**
 * The weights of a model as the bytes of a file that Python reads.
 *
 * With the default options it is a safetensors file for PyTorch: `load_state_dict` takes it as it is
 * by a network whose modules are called as the layers here (or as `names` says).
 *
 * | here                    | PyTorch                          | order of axes                          |
 * | ----------------------- | -------------------------------- | -------------------------------------- |
 * | Conv2D `kernel`         | `weight` of `Conv2d`             | (h, w, in, out) -> (out, in, h, w)     |
 * | Dense `kernel`          | `weight` of `Linear`             | (in, out) -> (out, in)                 |
 * | Dense behind flattened images | the same                   | also (h, w, c) -> (c, h, w) in its inputs |
 * | BatchNormalization `gamma`, `beta` | `weight`, `bias` of `BatchNorm2d` | as they are                  |
 * | `moving_mean`, `moving_variance`   | `running_mean`, `running_var`     | as they are                  |
 *
 * Conv1D, Conv3D, their transposed kinds, DepthwiseConv2D (a `Conv2d` with `groups`), Embedding,
 * LayerNormalization and PReLU (with one slope a channel) follow the same rules. A network there must agree
 * in what is no weight: Keras's batch normalisation has an `eps` of 0.001 and a `momentum` of 0.01 in
 * PyTorch's sense, and its "same" padding of a 3 x 3 convolution is `padding=1`. Layout `"keras"` keeps names
 * (`conv2d/kernel`) and orders. Models inside the model are modules there: `base.conv2d.weight`.
 *
 * The order of features follows the axes through Flatten, Reshape, Permute, Concatenate and the other layers to
 * what `torch.flatten(x, 1)` of PyTorch's channels-first images gives. Where a network can be written there
 * in several ways with different weights, this throws, and the option `axes` says which one it is.
 *
 * Formats `"keras3"` and `"keras2"` are what `model.load_weights` of Keras reads; they need the package
 * `h5wasm`, which is loaded when it is first needed. The optimizer's state is not among the weights:
 * `model.save` keeps it. Every file has a SHA-256 of its content, which {@link loadWeights} checks.
 *
 * @param model any layers model, models inside models included; it is only read.
 * @throws {ArgumentError} if an option is unknown, wrong or goes with another format, if PyTorch has no such
 *   layer or it cannot be known in which order it has the features, if two weights would have one name or
 *   HDF5 cannot keep one, if a number is too large for half precision.
 * @throws {SourceError} if `h5wasm` is needed and not installed.
 */
export async function saveWeights(
  model: LayersModel,
  options: SaveWeightsOptions = {},
): Promise<Uint8Array> {
  const subject = "saveWeights";
  const layers = weightedLayers(subject, model);
  const placed = placedLayers(layers);
  const known = ["format", "layout", "names", "axes", "dtype", "metadata"] as const;
  checkWeightsOptions(subject, options, known, placed);
  const { format = "safetensors", layout = "pytorch", dtype = "F32", metadata = {} } = options;
  checkOneOf(subject, "format", format, FORMATS);
  checkOneOf(subject, "dtype", dtype, format === "safetensors" ? ["F32", "F16"] : ["F32"]);
  checkEffect(subject, options);
  if (format !== "safetensors") return toHdf5(layers, format);
  checkMetadata(subject, metadata);
  const full =
    layout === "pytorch"
      ? await toPyTorch(subject, model, placed, options)
      : await toKeras(subject, placed);
  const tensors = dtype === "F16" ? halved(subject, full) : full;
  // "format": "pt" is how the tools around PyTorch know a file of theirs.
  const own: Record<string, string> = layout === "pytorch" ? { format: "pt", layout } : { layout };
  const text = { ...own, ...metadata };
  return writeSafetensors(tensors, { ...text, sha256: await safetensorsHash(tensors, text) });
}

/** Refuses options that say something about another kind of file. */
function checkEffect(subject: string, options: SaveWeightsOptions): void {
  const { format = "safetensors", layout = "pytorch" } = options;
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
  options: SaveWeightsOptions,
): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  // A page that trains does not load it for nothing.
  const { pyTorchLayers } = await import("./pytorch-layout.ts");
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
): Promise<Uint8Array> {
  const tree = kerasTree(layers);
  const values = new Map<KerasWeight, Float32Array>();
  for (const [key, weight] of tree.weights) values.set(key, await readWeight(weight));
  const hash = await weightsHash([...values].map(([{ shape }, data]) => ({ shape, data })));
  // Few programs need it, and pages should not load it for nothing.
  const { writeKerasWeights } = await import("../../weights/keras-h5.ts");
  return writeKerasWeights(tree.layers, values, format, hash);
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
