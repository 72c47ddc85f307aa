/**
 * Keras's behaviour for ordinary tfjs-layers models.
 *
 * The layers stay the stock classes of tfjs-layers, so that a model saves, loads and serialises
 * like any other; only the `call` of the instances in question is replaced. Nothing is patched
 * globally, and nothing changes for models that were not passed to {@link withKerasLayers}.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { shared } from "../brand.ts";
import type { LayerInternals } from "./internals.ts";
import { batchNormalizationCall } from "./layers/batch-normalization.ts";
import { conv2dCall } from "./layers/conv2d.ts";
import { denseCall } from "./layers/dense.ts";
import { dropoutCall, setDropoutStep } from "./layers/dropout.ts";

type CallFactory = (
  layer: LayerInternals,
  stock: LayerInternals["call"],
  ordinal: number,
) => LayerInternals["call"];

/** A map, since a user's class may be called `constructor`. */
const CALLS: ReadonlyMap<string, CallFactory> = /* @__PURE__ */ new Map([
  ["BatchNormalization", batchNormalizationCall],
  ["Conv2D", conv2dCall],
  ["Dense", denseCall],
  ["Dropout", dropoutCall],
]);

const upgraded = /* @__PURE__ */ shared("layers", () => new WeakSet<LayerInternals>());

/**
 * Makes the BatchNormalization, Dropout, Conv2D and Dense layers of a model, nested ones included,
 * behave as Keras's do, and use fused kernels where the backend has them. {@link buildCifarModel}
 * and {@link loadModel} do it by themselves; call it for a model that you built otherwise.
 * Idempotent.
 * @param model any layers model; the `call` of its layers is replaced.
 * @returns the same model.
 */
export function withKerasLayers<Model extends LayersModel>(model: Model): Model {
  let dropouts = 0;
  for (const layer of layersOf(model)) {
    const factory = CALLS.get(layer.getClassName());
    const ordinal = layer.getClassName() === "Dropout" ? dropouts++ : 0;
    if (!factory || upgraded.has(layer)) continue;
    layer.call = factory(layer, layer.call.bind(layer), ordinal);
    upgraded.add(layer);
  }
  return model;
}

/** Says which training step comes next, so that dropout draws the mask of that step. */
export function setTrainingStep(model: LayersModel, step: number): void {
  for (const layer of layersOf(model)) {
    if (layer.getClassName() === "Dropout") setDropoutStep(layer, step);
  }
}

function* layersOf(model: LayersModel): Generator<LayerInternals> {
  for (const layer of model.layers) {
    if ("layers" in layer) yield* layersOf(layer as unknown as LayersModel);
    else yield layer as unknown as LayerInternals;
  }
}
