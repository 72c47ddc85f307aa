import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { SaveWeightsOptions } from "./weights-options.ts";

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
 * Formats `"keras3"` and `"keras2"` are what `model.load_weights` of Keras reads; {@link saveKeras} writes the whole
 * model for it. The optimizer's state is not among the weights: `model.save` keeps it. Every file has a SHA-256 of its content, which {@link loadWeights} checks.
 *
 * @param model any layers model, models inside models included; it is only read.
 * @throws {ArgumentError} if an option is unknown, wrong or goes with another format, if PyTorch has no such
 *   layer or it cannot be known in which order it has the features, if two weights would have one name or
 *   HDF5 cannot keep one, if a number is too large for half precision.
 */
export async function saveWeights(
  model: LayersModel,
  options: SaveWeightsOptions = {},
): Promise<Uint8Array> {
  // Loaded with the first file: most pages write none.
  const { writeWeights } = await import("./write-weights.ts");
  return writeWeights(model, options);
}
