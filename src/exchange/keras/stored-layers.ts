/** A model's layers as a `.keras` file has them: in its order, each once. */
import type { Json } from "../../model/saved/json.ts";
import type { WeightedLayer } from "../../model/weights/layer-weights.ts";

/** A layer as Keras 3 writes it. */
interface LayerData {
  readonly config?: Json;
  readonly shared_object_id?: unknown;
}

/** The layers, and those that are one layer with another in Keras but two in TensorFlow.js. */
interface StoredLayers {
  readonly layers: readonly WeightedLayer[];
  /** Each with the one whose weights it has. */
  readonly copies: ReadonlyMap<WeightedLayer, WeightedLayer>;
}

/**
 * TensorFlow.js builds a model inside a model by itself: a layer that is in both is there twice. In the file
 * its weights are where it comes first.
 */
export function storedLayers(topology: Json, layers: readonly WeightedLayer[]): StoredLayers {
  const first = new Map<unknown, WeightedLayer>();
  const copies = new Map<WeightedLayer, WeightedLayer>();
  const ordered = (data: LayerData, here: readonly WeightedLayer[]): WeightedLayer[] =>
    (data.config?.layers as LayerData[]).flatMap((each) => {
      const found = here.find(({ name }) => name === each.config?.name);
      // A sequential model's input is no layer here.
      if (!found) return [];
      const id = each.shared_object_id;
      // Keras 3.15 notes the number at the first place only where both are in one model.
      const before = typeof id === "number" ? (first.get(id) ?? first.get(found.name)) : undefined;
      if (before) {
        copies.set(found, before);
        return [before];
      }
      const layer = found.inner ? { ...found, inner: ordered(each, found.inner) } : found;
      first.set(id, layer).set(found.name, layer);
      return [layer];
    });
  return { layers: ordered({ config: topology?.config as Json }, layers), copies };
}
