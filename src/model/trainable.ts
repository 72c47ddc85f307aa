/**
 * `trainable` as Keras means it. Setting it on a model sets it on every layer inside, however deep;
 * what counts in training is what the layers say. TensorFlow.js reaches the weights of a model's own
 * layers only, tells the layers nothing, and forgets it when a Sequential model is built.
 */
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { shared } from "../brand.ts";
import { type LayerInternals, modelInternals } from "./internals.ts";
import { allLayers, isLeaf, partsOf } from "./layer-tree.ts";

const upgraded = /* @__PURE__ */ shared("trainable", () => new WeakSet<LayerInternals>());

/** Gives a model and all layers inside Keras's `trainable`. Idempotent. */
export function withKerasTrainable(model: LayersModel): void {
  // Building a Sequential sets all its weights as itself: not after a layer of it was set otherwise.
  if (!model.built && model.outputs.length > 0) model.build(model.inputs[0].shape);
  const itself = model as unknown as LayerInternals;
  for (const layer of [itself, ...allLayers(model)]) {
    if (upgraded.has(layer)) continue;
    upgraded.add(layer);
    const { get, set } = accessorOf(layer);
    const leaf = isLeaf(layer);
    const reach = (trainable: boolean): void => {
      set(trainable);
      for (const part of partsOf(layer)) part.trainable = trainable;
      // Bidirectional is saved by the layer that its two were made by.
      if (layer.layer) layer.layer.trainable = trainable;
    };
    Object.defineProperty(layer, "trainable", {
      configurable: true,
      get: leaf ? () => get() && !isFrozenFromOutside(layer) : get,
      set: leaf ? set : reach,
    });
    if (!leaf && !get()) {
      const thawed = thawedParts(layer);
      reach(false);
      for (const part of thawed) part.trainable = true;
    }
  }
}

/**
 * The layers that were set trainable after the model that holds them was frozen. Only a mixture tells:
 * where all are trainable, the building of a Sequential model has undone the freezing.
 */
function thawedParts(layer: LayerInternals): LayerInternals[] {
  // A wrapper's freezing does reach its layers in TensorFlow.js, too.
  if (!layer.layers) return partsOf(layer).filter(({ trainable }) => trainable);
  const leaves = partsOf(layer).filter(isLeaf);
  if (!leaves.some(isFrozenFromOutside)) return [];
  return leaves.filter(({ _trainableWeights: weights = [] }) =>
    weights.some((weight) => weight.trainable),
  );
}

/** Whether a model that holds the layer, maybe without being part of this one, was frozen. */
function isFrozenFromOutside({ _trainableWeights: weights = [] }: LayerInternals): boolean {
  return weights.length > 0 && weights.every((weight) => !weight.trainable);
}

/** The weights that a training step moves, each once, in the order of the layers. */
export function trainedWeights(model: LayersModel): LayerVariable[] {
  const weightsOf = (layer: LayerInternals): readonly LayerVariable[] =>
    isLeaf(layer) ? layer.trainableWeights : partsOf(layer).flatMap(weightsOf);
  const { layers } = modelInternals(model);
  return [...new Set(layers.flatMap(weightsOf))];
}

/** Has the next steps move the weights that are trainable now; tfjs-layers asks when it compiles. */
export function trainWhatIsTrainable(model: LayersModel): void {
  modelInternals(model).collectedTrainableWeights = trainedWeights(model);
}

/** The accessor of `trainable` that a layer has from its class. */
function accessorOf(layer: LayerInternals): {
  readonly get: () => boolean;
  readonly set: (value: boolean) => void;
} {
  let owner: unknown = layer;
  let found: PropertyDescriptor | undefined;
  while (!found) {
    owner = Object.getPrototypeOf(owner);
    found = Object.getOwnPropertyDescriptor(owner, "trainable");
  }
  const accessor = found;
  return {
    get: () => accessor.get!.call(layer) as boolean,
    set: (value) => {
      accessor.set!.call(layer, value);
    },
  };
}
