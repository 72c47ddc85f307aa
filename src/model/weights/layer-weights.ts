import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { checkLiveModel } from "../check-model.ts";

/** A layer as TensorFlow.js knows it. */
export type Layer = LayersModel["layers"][number];

/** One weight of a layer. */
export interface LayerWeight {
  /** The last part of its name: `"kernel"`, `"bias"`, `"gamma"`, ... */
  readonly name: string;
  readonly shape: readonly number[];
  readonly variable: LayerVariable;
}

/** A layer with its weights, in Keras's order. */
export interface WeightedLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly className: string;
  /** Whether its weights are trained; a layer of a frozen model counts as frozen. */
  readonly trainable: boolean;
  /** Empty for layers that have none, and for models. */
  readonly weights: readonly LayerWeight[];
  /** The layers of a model that is itself a layer. */
  readonly inner?: readonly WeightedLayer[];
}

/** A layer that is no model, with the way to it. */
export interface PlacedLayer extends WeightedLayer {
  /** The names of the models that it is in, outermost first, then its own. */
  readonly names: readonly string[];
  /** The same, joined by dots: what options call it. */
  readonly path: string;
}

/** Whether a layer is itself a model. */
export function isModel(layer: Layer): layer is LayersModel {
  return "layers" in layer;
}

/** The layers of a model, those without weights included; models among them with theirs. */
export function weightedLayers(subject: string, model: LayersModel): WeightedLayer[] {
  checkLiveModel(subject, model);
  if (model.outputs.length === 0) {
    throw new ArgumentError({
      subject,
      expected: "a model with layers",
      got: `${model.name}, which has none`,
      remedy: "add its layers, the first of them with an inputShape",
    });
  }
  return layersOf(model, true);
}

function layersOf(model: LayersModel, trainable: boolean): WeightedLayer[] {
  return model.layers.map((layer) => {
    const trained = trainable && layer.trainable;
    const shared = { layer, name: layer.name, className: layer.getClassName(), trainable: trained };
    if (isModel(layer)) return { ...shared, weights: [], inner: layersOf(layer, trained) };
    return {
      ...shared,
      weights: namesOf(layer).map((name, i) => {
        const variable = layer.weights[i];
        return { name, shape: variable.shape as number[], variable };
      }),
    };
  });
}

/** What a layer's weights are called, each once: a Bidirectional layer has those of two. */
function namesOf(layer: Layer): string[] {
  const names = layer.weights.map(({ originalName }) => originalName.split("/").pop()!);
  if (layer.getClassName() === "Bidirectional") {
    const backward = names.length / 2;
    return names.map((name, i) => `${i < backward ? "forward" : "backward"}_layer/${name}`);
  }
  return names.map((name, i) => {
    const before = names.slice(0, i).filter((other) => other === name).length;
    return before === 0 ? name : `${name}_${before}`;
  });
}

/** The layers that are no models, depth first; one that is in several models comes several times. */
export function placedLayers(
  layers: readonly WeightedLayer[],
  outer: readonly string[] = [],
): PlacedLayer[] {
  return layers.flatMap((layer) => {
    const names = [...outer, layer.name];
    return layer.inner
      ? placedLayers(layer.inner, names)
      : [{ ...layer, names, path: names.join(".") }];
  });
}

/** The numbers of a weight, as they are now. */
export async function readWeight({ variable }: LayerWeight): Promise<Float32Array> {
  return Float32Array.from(await variable.read().data());
}
