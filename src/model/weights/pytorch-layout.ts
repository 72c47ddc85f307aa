/**
 * How Keras's weights become PyTorch's: other names, other orders of axes, and other orders of the
 * features behind a Flatten layer, since PyTorch's images have their channels first.
 */
import { ArgumentError } from "../../errors.ts";
import { inverseOrder, permute } from "../../weights/permute.ts";
import { flattenedShape } from "./flattened-shape.ts";
import type { LayerWeight, WeightedLayer } from "./layer-weights.ts";

/** One weight and what it is in PyTorch. */
export interface PyTorchWeight {
  readonly weight: LayerWeight;
  /** Key in the `state_dict`, e.g. `"conv2d.weight"`. */
  readonly key: string;
  readonly shape: readonly number[];
  /** Keras's values in PyTorch's order. */
  readonly toPyTorch: (values: Float32Array) => Float32Array;
  /** The other way round. */
  readonly fromPyTorch: (values: Float32Array) => Float32Array;
}

/** Names of a layer's weights in PyTorch. */
const NAMES: Readonly<Record<string, string>> = {
  kernel: "weight",
  depthwise_kernel: "weight",
  embeddings: "weight",
  gamma: "weight",
  bias: "bias",
  beta: "bias",
  moving_mean: "running_mean",
  moving_variance: "running_var",
};

/** Layer classes with a counterpart in PyTorch. */
const CLASSES = new Set([
  "BatchNormalization",
  "Conv1D",
  "Conv2D",
  "Conv2DTranspose",
  "Conv3D",
  "Dense",
  "DepthwiseConv2D",
  "Embedding",
  "LayerNormalization",
]);

/**
 * What the weights of a layer are in PyTorch.
 * @param prefix the name of the module there.
 * @throws {ArgumentError} if PyTorch has no such layer.
 */
export function pyTorchWeights(
  subject: string,
  layer: WeightedLayer,
  prefix: string,
): PyTorchWeight[] {
  if (layer.weights.length > 0 && !CLASSES.has(layer.className)) {
    throw new ArgumentError({
      subject,
      expected: `layers that PyTorch has too: ${[...CLASSES].join(", ")}`,
      got: `${layer.name}, a ${layer.className}`,
      remedy: 'use layout "keras", and convert the weights of this layer yourself',
    });
  }
  const spatial = layer.weights.length > 0 ? flattenedShape(layer.layer) : undefined;
  return layer.weights.map((weight) => {
    const { view, order } = axes(layer.className, weight, spatial);
    const permuted = order.map((axis) => view[axis]);
    return {
      weight,
      key: `${prefix}.${NAMES[weight.name]}`,
      shape: pyTorchShape(layer.className, weight, permuted),
      toPyTorch: (values) => permute(values, view, order),
      fromPyTorch: (values) => permute(values, permuted, inverseOrder(order)),
    };
  });
}

/** Keras's shape, flattened features unfolded again, and PyTorch's order of these axes. */
function axes(
  className: string,
  { name, shape }: LayerWeight,
  spatial: readonly number[] | undefined,
): { view: readonly number[]; order: readonly number[] } {
  const rank = shape.length;
  // (height, width, in, multiplier) -> (in, multiplier, height, width)
  if (name === "depthwise_kernel") return { view: shape, order: [2, 3, 0, 1] };
  if (className === "Embedding") return { view: shape, order: [0, 1] };
  if (name === "kernel" && rank > 2) {
    // (height, width, in, out) -> (out, in, height, width); transposed: out and in change places.
    return { view: shape, order: [rank - 1, rank - 2, ...range(rank - 2)] };
  }
  if (name === "kernel") {
    if (!spatial) return { view: shape, order: [1, 0] };
    const channels = spatial.length - 1;
    return { view: [...spatial, shape[1]], order: [channels + 1, channels, ...range(channels)] };
  }
  const perInput = className === "BatchNormalization" || className === "LayerNormalization";
  if (!spatial || !perInput) return { view: shape, order: range(rank) };
  const channels = spatial.length - 1;
  return { view: spatial, order: [channels, ...range(channels)] };
}

function pyTorchShape(
  className: string,
  { name, shape }: LayerWeight,
  permuted: readonly number[],
): readonly number[] {
  if (name === "depthwise_kernel") {
    const [channels, multiplier, height, width] = permuted;
    return [channels * multiplier, 1, height, width];
  }
  if (name !== "kernel") return shape;
  return className === "Dense" ? [shape[1], shape[0]] : permuted;
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
