/** A model's layers as Keras's files name them. */
import type { KerasLayer, KerasWeight } from "../../weights/keras-layer.ts";
import type { Layer, LayerWeight, WeightedLayer } from "./layer-weights.ts";

/** The layers, and which weight of the model each of their weights is. */
export interface KerasTree {
  readonly layers: readonly KerasLayer[];
  readonly weights: ReadonlyMap<KerasWeight, LayerWeight>;
}

export function kerasTree(layers: readonly WeightedLayer[]): KerasTree {
  const known = new Map<LayerWeight["variable"], KerasWeight>();
  const weights = new Map<KerasWeight, LayerWeight>();
  const convert = ({ layer, name, className, trainable, ...rest }: WeightedLayer): KerasLayer => ({
    name,
    className,
    identity: layer,
    weights: rest.weights.map((weight, i) => {
      const { variable, shape } = weight;
      const part = partOf(layer, i);
      const found = known.get(variable) ?? {
        name: weight.name,
        shape,
        trainable: trainable && (variable as { trainable?: boolean }).trainable !== false,
        ...(part !== undefined && { part }),
      };
      known.set(variable, found);
      weights.set(found, weight);
      return found;
    }),
    ...(rest.inner && { inner: rest.inner.map(convert) }),
  });
  return { layers: layers.map(convert), weights };
}

const CELLS = ["SimpleRNN", "GRU", "LSTM", "ConvLSTM2D"];

/** Where below a layer Keras 3 keeps its i-th weight. */
function partOf(layer: Layer, i: number): string | undefined {
  const className = layer.getClassName();
  if (CELLS.includes(className)) return "cell";
  if (className !== "Bidirectional" && className !== "TimeDistributed") return undefined;
  const { className: inner } = layer.getConfig().layer as { className: string };
  const below = CELLS.includes(inner) ? "/cell" : "";
  if (className === "TimeDistributed") return `layer${below}`;
  return `${i < layer.weights.length / 2 ? "forward" : "backward"}_layer${below}`;
}
