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
  /** Empty for layers that have none. */
  readonly weights: readonly LayerWeight[];
}

/**
 * The layers of a model, those without weights included.
 * @throws {ArgumentError} if a layer is itself a model.
 */
export function weightedLayers(subject: string, model: LayersModel): WeightedLayer[] {
  checkLiveModel(subject, model);
  return model.layers.map((layer) => {
    if ("layers" in layer) {
      throw new ArgumentError({
        subject,
        expected: "a model whose layers are no models themselves",
        got: `the model ${layer.name} inside ${model.name}`,
        remedy: "call it for each inner model",
      });
    }
    return {
      layer,
      name: layer.name,
      className: layer.getClassName(),
      weights: layer.weights.map((variable) => ({
        name: variable.originalName.split("/").pop() as string,
        shape: variable.shape as number[],
        variable,
      })),
    };
  });
}

/** The numbers of a weight, as they are now. */
export async function readWeight({ variable }: LayerWeight): Promise<Float32Array> {
  return Float32Array.from(await variable.read().data());
}
