/** A model's layers as Keras's files name them. */
import type { KerasLayer, KerasWeight } from "../../formats/keras-layer.ts";
import type { LayerWeight, WeightedLayer } from "./layer-weights.ts";
import type { LayerInternals } from "../internals.ts";
import { kerasParts } from "./keras-parts.ts";

/** The layers, and which weight of the model each of their weights is. */
interface KerasTree {
  readonly layers: readonly KerasLayer[];
  readonly weights: ReadonlyMap<KerasWeight, LayerWeight>;
}

export function kerasTree(layers: readonly WeightedLayer[]): KerasTree {
  const known = new Map<LayerWeight["variable"], KerasWeight>();
  const weights = new Map<KerasWeight, LayerWeight>();
  const convert = ({ layer, name, className, trainable, ...rest }: WeightedLayer): KerasLayer => {
    const parts = kerasParts(layer as unknown as LayerInternals);
    return {
      name,
      className,
      identity: layer,
      weights: rest.weights.map((weight) => {
        const { variable, shape } = weight;
        const found = known.get(variable) ?? {
          name: weight.name,
          shape,
          trainable: trainable && (variable as { trainable?: boolean }).trainable !== false,
          part: parts.get(variable)!,
        };
        known.set(variable, found);
        weights.set(found, weight);
        return found;
      }),
      ...(rest.inner && { inner: rest.inner.map(convert) }),
    };
  };
  return { layers: layers.map(convert), weights };
}
