/** What a layer of a model gives on the way to the model's output. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../checks.ts";
import { type LayerInternals, modelInternals, onlyTensor } from "../model/internals.ts";
import { leavesOf } from "../model/layer-tree.ts";

/** A convolution to whose maps a class score goes back, by default the last one. */
export function mapLayer(
  subject: string,
  model: LayersModel,
  name: string | undefined,
): LayerInternals {
  const leaves = leavesOf(model);
  const layer =
    name === undefined
      ? leaves.filter((leaf) => /Conv2D/.test(leaf.getClassName())).at(-1)
      : leaves.find((leaf) => leaf.name === name);
  const maps = leaves.filter(hasMaps).map((leaf) => leaf.name);
  check(
    layer !== undefined && hasMaps(layer),
    subject,
    name === undefined ? "a model with a 2-D convolution" : "layer to name one that gives maps",
    name === undefined ? "one without" : JSON.stringify(name),
    maps.length > 0
      ? `pass as layer one of ${maps.map((map) => JSON.stringify(map)).join(", ")}`
      : "ask saliency, which looks at the pixels themselves",
  );
  return layer;
}

/** Whether a layer gives maps: a height, a width, channels. */
function hasMaps(layer: LayerInternals): boolean {
  const { outputShape } = layer as unknown as { outputShape: readonly unknown[] };
  return outputShape.length === 4 && !Array.isArray(outputShape[0]);
}

/**
 * Does `work` with `change` between a layer and all that take its output.
 * @throws {ArgumentError} if the model does not call it exactly once.
 */
export function withOutput<T>(
  subject: string,
  layer: LayerInternals,
  change: (output: Tensor) => Tensor,
  work: () => T,
): T {
  let calls = 0;
  const call: LayerInternals["call"] = layer.call.bind(layer);
  const result = withMember(
    layer,
    "call",
    (inputs, kwargs) => {
      calls++;
      return change(call(inputs, kwargs) as Tensor);
    },
    work,
  );
  check(
    calls === 1,
    subject,
    "a layer that the model calls once for its output",
    `${JSON.stringify(layer.name)}, which it calls ${calls} times`,
    "pass as layer another one",
  );
  return result;
}

/** Does `work` with the scores of a model before its last softmax or sigmoid as its output. */
export function withLogits<T>(model: LayersModel, work: () => T): T {
  const layer = lastLayer(model);
  const last = layer.activation?.getClassName();
  if (last === "softmax" || last === "sigmoid") {
    const linear = { getClassName: () => "linear", apply: (x: Tensor) => x };
    return withMember(layer, "activation", linear, work);
  }
  if (layer.getClassName() !== "Softmax") return work();
  return withMember(layer, "call", onlyTensor, work);
}

/** The layer whose output a model's is, also inside of models in it. */
function lastLayer(model: LayersModel): LayerInternals {
  const layer = modelInternals(model).outputs[0].sourceLayer as unknown as LayerInternals;
  return layer.layers ? lastLayer(layer as unknown as LayersModel) : layer;
}

/** Does `work` while an object has another member. */
function withMember<Name extends "call" | "activation", T>(
  layer: LayerInternals,
  name: Name,
  value: LayerInternals[Name],
  work: () => T,
): T {
  const own = Object.getOwnPropertyDescriptor(layer, name);
  Object.defineProperty(layer, name, { configurable: true, writable: true, value });
  try {
    return work();
  } finally {
    if (own) Object.defineProperty(layer, name, own);
    else Reflect.deleteProperty(layer, name);
  }
}
