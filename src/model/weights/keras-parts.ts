import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { keras3Groups } from "../../formats/keras-layer.ts";
import type { LayerInternals } from "../internals.ts";

/**
 * Where below a layer's group Keras 3 keeps its weights: `""` for its own; those of what it wraps in
 * `"cell"`, `"forward_layer/cell"`, `"layer/layers/conv2d"`, ..., however deep.
 */
export function kerasParts(layer: LayerInternals): ReadonlyMap<LayerVariable, string> {
  const parts = new Map<LayerVariable, string>();
  const visit = (layer: LayerInternals, path: string): void => {
    const inner = wrappedBy(layer);
    for (const [name, part] of inner) visit(part, path === "" ? name : `${path}/${name}`);
    // A layer in two places is written in the first.
    for (const weight of inner.length > 0 ? [] : layer.weights) {
      if (!parts.has(weight)) parts.set(weight, path);
    }
  };
  visit(layer, "");
  return parts;
}

/** What a layer is made of, by the names of Keras's attributes. */
function wrappedBy(layer: LayerInternals): [string, LayerInternals][] {
  const { layers, forwardLayer, backwardLayer, cell, cells } = layer;
  if (layers) return listed("layers", layers);
  if (cells) return listed("cells", cells);
  if (cell) return [["cell", cell]];
  if (forwardLayer && backwardLayer) {
    return [
      ["forward_layer", forwardLayer],
      ["backward_layer", backwardLayer],
    ];
  }
  return layer.layer ? [["layer", layer.layer]] : [];
}

function listed(attribute: string, layers: readonly LayerInternals[]): [string, LayerInternals][] {
  const names = keras3Groups(layers.map((layer) => ({ className: layer.getClassName() })));
  return layers.map((layer, i) => [`${attribute}/${names[i]}`, layer]);
}
