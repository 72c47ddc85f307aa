import type { layers, LayersModel } from "@tensorflow/tfjs-layers";
import { printable } from "../../text/printable.ts";
import { layerNames, modelName } from "./layer-names.ts";

/** Sizes of an output; `null` where it is not fixed, such as the batch. */
type Shape = readonly (number | null)[];

/** A number of parameters and the bytes that they take. */
export interface ParamCount {
  readonly count: number;
  readonly bytes: number;
}

/** What a row of the table says. */
export interface LayerFacts {
  readonly name: string;
  readonly className: string;
  /** `undefined` if the layer is used several times, with different shapes. */
  readonly outputShape: Shape | readonly Shape[] | undefined;
  readonly params: number;
  /** Where the inputs come from: name, node and tensor of each, as `conv2d[0][0]`. */
  readonly connections: readonly string[];
}

/** What a summary says. */
export interface ModelFacts {
  readonly name: string;
  /** Each layer follows the one before: no column of connections is needed. */
  readonly isChain: boolean;
  readonly layers: readonly LayerFacts[];
  readonly trainable: ParamCount;
  readonly nonTrainable: ParamCount;
}

type Layer = layers.Layer;
type Node = Layer["inboundNodes"][number];

/** Gathers what a summary says of the model, with the names that Keras would give. */
export function describeModel(model: LayersModel, style: "keras2" | "keras3"): ModelFacts {
  const nodes = new Set(Object.values(model.nodesByDepth).flat());
  const names = layerNames(model.layers, style).map(printable);
  const nameOf = new Map(model.layers.map((layer, i) => [layer, names[i]]));
  return {
    name: printable(modelName({ name: model.name, className: model.getClassName() }, style)),
    isChain: isChain(model, nodes),
    layers: model.layers.map((layer, i) => ({
      name: names[i],
      className: className(layer),
      outputShape: outputShape(layer, style),
      params: layer.countParams(),
      connections: layer.inboundNodes
        .filter((node) => nodes.has(node))
        .flatMap((node) => connections(node, nameOf)),
    })),
    trainable: countParams(model.trainableWeights),
    nonTrainable: countParams(model.nonTrainableWeights),
  };
}

/** Keras's test: one node at each depth, with one input, and no layer used twice. */
function isChain(model: LayersModel, nodes: ReadonlySet<Node>): boolean {
  if (model.getClassName() === "Sequential") return true;
  const isNarrow = Object.values(model.nodesByDepth).every(
    (level) => level.length === 1 && level[0].inputTensors.length <= 1,
  );
  const isShared = model.layers.some(
    (layer) => layer.inboundNodes.filter((node) => nodes.has(node)).length > 1,
  );
  return isNarrow && !isShared;
}

/**
 * The shape, or shapes, that a layer puts out. Of a layer that is used on inputs of several sizes
 * Keras 3 shows the last, Keras 2 none.
 */
function outputShape(layer: Layer, style: "keras2" | "keras3"): LayerFacts["outputShape"] {
  const shapes = layer.inboundNodes.map(({ outputShapes }) => outputShapes);
  const last = shapes[shapes.length - 1];
  const isOne = shapes.every((shape) => JSON.stringify(shape) === JSON.stringify(last));
  if (!isOne && style === "keras2") return undefined;
  return Array.isArray(last[0]) && last.length === 1 ? last[0] : last;
}

/** Keras's name of the class: to it a model within a model is a functional one. */
function className(layer: Layer): string {
  const name = layer.getClassName();
  return name === "Model" ? "Functional" : name;
}

function connections(node: Node, nameOf: ReadonlyMap<Layer, string>): string[] {
  return node.inboundLayers.map((layer, i) => {
    const name = nameOf.get(layer) ?? printable(layer.name);
    return `${name}[${node.nodeIndices[i]}][${node.tensorIndices[i]}]`;
  });
}

function countParams(weights: LayersModel["weights"]): ParamCount {
  let count = 0;
  let bytes = 0;
  for (const { shape, dtype } of weights) {
    const size = shape.reduce<number>((product, length) => product * (length ?? 1), 1);
    count += size;
    bytes += size * (dtype === "bool" ? 1 : 4);
  }
  return { count, bytes };
}
