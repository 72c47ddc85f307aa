/** Models hold layers that may be models, or wrappers around layers: a tree. */
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import type { LayerInternals } from "./internals.ts";

/** The layers that a layer is made of: a model's, or those that a wrapper calls; else none. */
export function partsOf({
  layers,
  layer,
  forwardLayer,
  backwardLayer,
}: LayerInternals): readonly LayerInternals[] {
  if (layers) return layers;
  if (forwardLayer && backwardLayer) return [forwardLayer, backwardLayer];
  return layer ? [layer] : [];
}

/** What a recurrent layer calls at each time step. */
export const cellsOf = ({ cell }: LayerInternals): readonly LayerInternals[] =>
  cell ? [cell, ...(cell.cells ?? [])] : [];

/** Whether a layer computes by itself, not by others that it is made of. */
export function isLeaf(layer: LayerInternals): boolean {
  return partsOf(layer).length === 0;
}

/** All layers of a model, those inside of others after them, each once however often it is used. */
export function allLayers(model: LayersModel): ReadonlySet<LayerInternals> {
  const found = new Set<LayerInternals>();
  const visit = (layer: LayerInternals): void => {
    if (found.has(layer)) return;
    found.add(layer);
    partsOf(layer).forEach(visit);
  };
  (model as unknown as LayerInternals).layers!.forEach(visit);
  return found;
}

/** The layers of a model that compute by themselves, wherever in it they are. */
export const leavesOf = (model: LayersModel): LayerInternals[] =>
  [...allLayers(model)].filter(isLeaf);

/**
 * A model's weights, each once, in an order that freezing does not change, as it does that of
 * `model.weights`: those that can be trained, then statistics, either in the order of the layers.
 */
export function weightsInOrder(model: LayersModel): readonly LayerVariable[] {
  const leaves = leavesOf(model);
  const statistics = new Set(leaves.flatMap((layer) => layer._nonTrainableWeights ?? []));
  const weights = [...new Set(leaves.flatMap((layer) => layer.weights))];
  return [...weights.filter((weight) => !statistics.has(weight)), ...statistics];
}
