import type { Layer } from "./layer-weights.ts";

/** Layers that leave each value where it is. */
const IN_PLACE = new Set([
  "Activation",
  "AlphaDropout",
  "BatchNormalization",
  "Dropout",
  "ELU",
  "GaussianDropout",
  "GaussianNoise",
  "LayerNormalization",
  "LeakyReLU",
  "PReLU",
  "ReLU",
  "Softmax",
  "ThresholdedReLU",
]);

/**
 * What the features that reach `layer` were before a Flatten layer put them in one row, e.g.
 * `[4, 4, 128]`: height, width, channels. `undefined` if they have not been flattened.
 *
 * PyTorch flattens channels first, Keras channels last: what comes after must have its inputs put
 * in the other order.
 */
export function flattenedShape(layer: Layer): readonly number[] | undefined {
  // A model that is part of a larger one has a second set of nodes; the first one is its own.
  const { inputTensors } = layer.inboundNodes[0];
  if (inputTensors.length !== 1) return undefined;
  const source = inputTensors[0].sourceLayer;
  if (IN_PLACE.has(source.getClassName())) return flattenedShape(source);
  if (source.getClassName() !== "Flatten") return undefined;
  const shape = source.inboundNodes[0].inputTensors[0].shape.slice(1) as number[];
  return shape.length > 1 ? shape : undefined;
}
