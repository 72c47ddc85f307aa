import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkOneOf } from "../../checks.ts";
import type { SafeTensor } from "../../weights/safetensors.ts";
import { toHalf } from "../../weights/half.ts";
import { writeSafetensors } from "../../weights/write-safetensors.ts";
import { readWeight, type WeightedLayer, weightedLayers } from "./layer-weights.ts";
import { pyTorchWeights } from "./pytorch-layout.ts";
import { checkWeightsOptions, FORMATS, type SaveWeightsOptions } from "./weights-options.ts";

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
 * | Dense behind a Flatten  | the same                         | also (h, w, c) -> (c, h, w) in its inputs |
 * | BatchNormalization `gamma`, `beta` | `weight`, `bias` of `BatchNorm2d` | as they are                  |
 * | `moving_mean`, `moving_variance`   | `running_mean`, `running_var`     | as they are                  |
 *
 * Conv1D, Conv3D, Conv2DTranspose, DepthwiseConv2D (a `Conv2d` with `groups`), Embedding and
 * LayerNormalization follow the same rules. A network there must agree in what is no weight: Keras's
 * batch normalisation has an `eps` of 0.001 and a `momentum` of 0.01 in PyTorch's sense, and its "same"
 * padding of a 3 x 3 convolution is `padding=1`. Layout `"keras"` keeps names (`conv2d/kernel`) and orders.
 *
 * Formats `"keras3"` and `"keras2"` are what `model.load_weights` of Keras reads; they need the package
 * `h5wasm`, which is loaded when it is first needed. The optimizer's state is not among the weights:
 * `model.save` keeps it.
 *
 * @param model any layers model without models inside; it is only read.
 * @throws {ArgumentError} if an option is unknown or wrong, or PyTorch has no such layer.
 * @throws {SourceError} if `h5wasm` is needed and not installed.
 */
export async function saveWeights(
  model: LayersModel,
  options: SaveWeightsOptions = {},
): Promise<Uint8Array> {
  const subject = "saveWeights";
  const layers = weightedLayers(subject, model);
  checkWeightsOptions(
    subject,
    options,
    ["format", "layout", "names", "dtype", "metadata"],
    layers.map(({ name }) => name),
  );
  const { format = "safetensors", layout = "pytorch", names = {}, metadata = {} } = options;
  const { dtype = "F32" } = options;
  checkOneOf(subject, "format", format, FORMATS);
  checkOneOf(subject, "dtype", dtype, format === "safetensors" ? ["F32", "F16"] : ["F32"]);
  if (format === "safetensors") {
    const full =
      layout === "pytorch" ? await toPyTorch(subject, layers, names) : await toKeras(layers);
    const tensors = dtype === "F16" ? halved(full) : full;
    // "format": "pt" is how the tools around PyTorch know a file of theirs.
    const known: Record<string, string> =
      layout === "pytorch" ? { format: "pt", layout } : { layout };
    return writeSafetensors(tensors, { ...known, ...metadata });
  }
  const arrays = layers.map(async ({ name, className, weights }) => ({
    name,
    className,
    weights: await Promise.all(
      weights.map(async (weight) => ({
        name: weight.name,
        shape: weight.shape,
        data: await readWeight(weight),
      })),
    ),
  }));
  // Few programs need it, and pages should not load it for nothing.
  const { writeKerasWeights } = await import("../../weights/keras-h5.ts");
  return writeKerasWeights(await Promise.all(arrays), format);
}

async function toPyTorch(
  subject: string,
  layers: readonly WeightedLayer[],
  names: Readonly<Record<string, string>>,
): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  for (const layer of layers) {
    const prefix = names[layer.name] ?? layer.name;
    for (const { weight, key, shape, toPyTorch } of pyTorchWeights(subject, layer, prefix)) {
      tensors.set(key, { dtype: "F32", shape, data: toPyTorch(await readWeight(weight)) });
    }
    if (layer.className === "BatchNormalization") {
      // PyTorch's layer counts its batches, and load_state_dict asks for the count; it has no effect.
      const count: SafeTensor = { dtype: "I64", shape: [], data: new BigInt64Array(1) };
      tensors.set(`${prefix}.num_batches_tracked`, count);
    }
  }
  return tensors;
}

async function toKeras(layers: readonly WeightedLayer[]): Promise<Map<string, SafeTensor>> {
  const tensors = new Map<string, SafeTensor>();
  for (const { name, weights } of layers) {
    for (const weight of weights) {
      const data = await readWeight(weight);
      tensors.set(`${name}/${weight.name}`, { dtype: "F32", shape: weight.shape, data });
    }
  }
  return tensors;
}

/** The same tensors with their floats in half precision. */
function halved(tensors: ReadonlyMap<string, SafeTensor>): Map<string, SafeTensor> {
  return new Map(
    [...tensors].map(([key, tensor]): [string, SafeTensor] => [
      key,
      tensor.data instanceof Float32Array
        ? { dtype: "F16", shape: tensor.shape, data: toHalf(tensor.data) }
        : tensor,
    ]),
  );
}
