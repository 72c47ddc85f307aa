import type { layers, LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../errors.ts";
import { modelInternals } from "./internals.ts";

type Layer = layers.Layer;

/** The end of a classifier, which gives each class its probability. */
export interface Head {
  readonly dense: Layer;
  /** The Dense layer, and the activation behind it if that is a layer of its own. */
  readonly layers: readonly Layer[];
  /** What it classifies: `[batch, features]`. */
  readonly features: SymbolicTensor;
}

/**
 * The head of a model.
 * @throws {ArgumentError} if the model does not end in a Dense layer of its own; names what it ends in.
 */
export function headOf(subject: string, model: LayersModel): Head {
  const { outputs, containerNodes } = modelInternals(model);
  const last = outputs[0].sourceLayer;
  const activation = ["Activation", "Softmax"].includes(last.getClassName()) ? [last] : [];
  const end = activation.length > 0 ? inputOf(outputs[0]) : outputs[0];
  const dense = end.sourceLayer;
  const uses = dense.inboundNodes.filter((_, i) => containerNodes.has(`${dense.name}_ib-${i}`));
  const isHead = dense.getClassName() === "Dense" && end.shape.length === 2 && uses.length <= 1;
  if (outputs.length === 1 && isHead) {
    return { dense, layers: [dense, ...activation], features: inputOf(end) };
  }
  throw new ArgumentError({
    subject,
    expected: "a model whose one output [batch, classes] comes from a Dense layer of its own",
    got:
      outputs.length > 1
        ? `${outputs.length} outputs`
        : `${dense.name}, ${kindOf(dense, end)}${uses.length > 1 ? " and is called more than once" : ""}`,
    remedy:
      "give it one: tf.model({ inputs: model.inputs, outputs: tf.layers.dense({ units: 2 }).apply(features) }), " +
      "where features is the output [batch, n] of one of its layers",
  });
}

/** The one tensor that a tensor was made of. */
function inputOf({ sourceLayer, nodeIndex }: SymbolicTensor): SymbolicTensor {
  return sourceLayer.inboundNodes[nodeIndex].inputTensors[0];
}

function kindOf(layer: Layer, { shape }: SymbolicTensor): string {
  const sizes = shape.map((size) => size ?? "any").join(", ");
  return `a ${layer.getClassName()} that gives [${sizes}]`;
}
