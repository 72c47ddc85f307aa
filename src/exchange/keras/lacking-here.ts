/** What of a model of Keras 3 TensorFlow.js does not have. */
import { serialization } from "@tensorflow/tfjs-core";
import { isObject } from "../../checks.ts";
import type { Json } from "../../model/saved/json.ts";
import { hasActivation, isSharedLayer } from "./keras-classes.ts";

/** A layer as Keras 3 writes it. */
interface LayerData {
  readonly module?: unknown;
  readonly class_name?: unknown;
  readonly config?: Json;
}

/** Each layer that TensorFlow.js lacks, or lacks as it is set, as `name (Class)`. */
export function lackingHere(topology: unknown): string[] {
  const found = new Set<string>();
  for (const { module, class_name: className, config } of leavesOf(topology)) {
    const name = JSON.stringify(config?.name) ?? "a layer";
    const add = (what = ""): void => {
      found.add(`${name} (${String(className)}${what})`);
    };
    const isOwn = !String(module).startsWith("keras.") && isRegistered(className);
    if (!isSharedLayer(className) && !isOwn) add();
    for (const key of ["activation", "recurrent_activation"]) {
      const given = config?.[key];
      const activation = isObject(given) ? (given as LayerData).config : given;
      if (activation !== undefined && !isOwn && !hasActivation(activation)) {
        add(` with ${key} ${typeof activation === "string" ? activation : "of its own"}`);
      }
    }
    if (config?.padding === "causal") add(" with padding causal");
    if (config?.reset_after === true) add(" with reset_after");
    if (className === "UpSampling2D" && config?.interpolation !== "nearest") {
      add(` with interpolation ${String(config?.interpolation)}`);
    }
  }
  return [...found];
}

/** Layers that are no models, those that others wrap included. */
function* leavesOf(value: unknown): Generator<LayerData> {
  const data = (isObject(value) ? value : {}) as LayerData;
  const { layers, layer, backward_layer: backward, cell, cells } = data.config ?? {};
  if (Array.isArray(layers)) {
    for (const each of layers) yield* leavesOf(each);
    return;
  }
  yield data;
  for (const each of [layer, backward, cell, cells].flat())
    if (isObject(each)) yield* leavesOf(each);
}

function isRegistered(className: unknown): boolean {
  return Object.hasOwn(serialization.SerializationMap.getMap().classNameMap, String(className));
}
