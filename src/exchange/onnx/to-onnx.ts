import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { type OnnxValue, writeOnnx } from "../../formats/write-onnx.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { isModel, weightedLayers } from "../../model/weights/layer-weights.ts";
import { activationRules } from "./activations.ts";
import { convolutionRules } from "./convolutions.ts";
import { denseRules } from "./dense.ts";
import { Graph, inOrder, type Layer, type Sizes, Unsupported, type Value } from "./graph.ts";
import { recurrentRules } from "./recurrent.ts";
import type { Context, Rule } from "./rule.ts";
import { shapeRules } from "./shapes.ts";

/** The most bytes of a protocol buffer. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * A model as the bytes of an ONNX file (opset 20), which ONNX Runtime and others run: what `predict` computes, up to
 * rounding. Inputs and outputs are those here, images with their channels last, and have the same names; the
 * number of rows is open. Inside, tensors are transposed only where the layout that ONNX's operators want meets another.
 *
 * The class names are in the file's metadata under `classNames`, as JSON. The same model gives the same bytes.
 *
 * It knows all layers of this library's networks and nearly all of TensorFlow.js: convolutions, pooling,
 * normalisations, activations, merging and reshaping, embeddings, LSTM, GRU, SimpleRNN, Bidirectional, TimeDistributed,
 * models inside models, layers that are used several times.
 *
 * @param model any layers model; it is only read, at once: on the webgpu backend, which cannot do that,
 *   move the model to another backend first.
 * @throws {ArgumentError} if ONNX has no like of some layers or of their settings, naming all of them: layers of your own, Masking,
 *   ConvLSTM2D, Dot, stacked cells, Resizing and other preparations of images, recurrent layers with states; or if the file would be larger than 2 GB.
 * @example
 * writeFileSync("model.onnx", toOnnx(model)); // in Python: onnxruntime.InferenceSession("model.onnx")
 */
export function toOnnx(model: LayersModel): Uint8Array {
  const subject = "toOnnx";
  // For its checks.
  weightedLayers(subject, model);
  const parameters = 4 * model.countParams();
  if (parameters > MOST_BYTES) {
    throw new ArgumentError({
      subject,
      expected: "a model of less than 2 GB, which an ONNX file can be",
      got: `${parameters} bytes of weights`,
      remedy: "save it with saveKeras() or model.save()",
    });
  }
  const graph = new Graph();
  const inputs = model.inputs.map((tensor) => ({
    ...{ name: graph.unique(tensor.sourceLayer.name), shape: tensor.shape },
    axes: inOrder(tensor.shape),
  }));
  const lacking = new Set<string>();
  const results = outputsOf(model, inputs, { graph, lacking, rules: allRules() });
  if (lacking.size > 0) {
    throw new ArgumentError({
      subject,
      expected: "layers that ONNX has, too",
      got: [...lacking].join(", "),
      remedy: "build the network without them, or export the model up to them",
    });
  }
  graph.scope = "";
  const outputs = results.map((value, i) => {
    const name = graph.unique(model.outputs[i].sourceLayer.name);
    graph.nodes.push({
      ...{ operator: "Identity", inputs: [graph.arranged(value)], outputs: [name] },
      attributes: {},
    });
    return { name, shape: value.shape };
  });
  const classNames = classNamesOf(model);
  return writeOnnx({
    ...{ name: model.name, nodes: graph.nodes, constants: graph.constants },
    inputs: inputs.map(({ name, shape }, i) => described(name, shape, model.inputs[i].dtype)),
    outputs: outputs.map(({ name, shape }) => described(name, shape)),
    metadata: classNames ? { classNames: JSON.stringify(classNames) } : {},
  });
}

/** What is the same for all layers. */
interface Scope {
  readonly graph: Graph;
  /** What ONNX lacks, as far as it was found. */
  readonly lacking: Set<string>;
  readonly rules: ReadonlyMap<string, Rule>;
}

// A map, since a user's class may be called `constructor`.
const allRules = (): Scope["rules"] =>
  new Map(
    Object.entries({
      ...activationRules(),
      ...convolutionRules(),
      ...denseRules(),
      ...recurrentRules(),
      ...shapeRules(),
    }),
  );

/** An input or output; sizes that are open have names. */
function described(name: string, shape: Sizes, dtype: unknown = "float32"): OnnxValue {
  const sizes = shape.map((size, axis) => size ?? (axis === 0 ? "batch" : `${name}_${axis}`));
  return { name, shape: sizes, dtype: dtype === "int32" ? "int32" : "float32" };
}

/** A model's outputs by its inputs; what ONNX lacks is noted. */
function outputsOf(model: LayersModel, inputs: readonly Value[], scope: Scope): Value[] {
  const values = new Map<SymbolicTensor, Value>();
  model.inputs.forEach((tensor, i) => values.set(tensor, inputs[i]));
  const valueOf = (tensor: SymbolicTensor): Value => {
    const before = values.get(tensor);
    if (before) return before;
    const layer = tensor.sourceLayer;
    const { inputTensors, outputTensors } = layer.inboundNodes[tensor.nodeIndex];
    const given = inputTensors.map(valueOf);
    const shapes = outputTensors.map(({ shape }) => shape);
    const found = isModel(layer)
      ? outputsOf(layer, given, scope)
      : applied(layer, given, shapes, scope);
    outputTensors.forEach((output, i) => values.set(output, found[i]));
    return values.get(tensor)!;
  };
  return model.outputs.map(valueOf);
}

/** A call of a layer; something in its place if ONNX lacks it, so that others are found, too. */
function applied(
  layer: Layer,
  inputs: readonly Value[],
  shapes: readonly Sizes[],
  scope: Scope,
): readonly Value[] {
  const className = layer.getClassName();
  const { graph, lacking, rules } = scope;
  const rule = rules.get(className);
  try {
    if (!rule) throw new Unsupported();
    graph.scope = layer.name;
    const context: Context = {
      ...{ graph, layer, config: layer.getConfig(), shape: shapes[0] },
      apply: (inner, given, shape) =>
        isModel(inner)
          ? outputsOf(inner, given, scope)[0]
          : applied(inner, given, [shape], scope)[0],
    };
    return [rule(inputs, context)].flat();
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    lacking.add(`${layer.name} (${[className, error.message].filter(Boolean).join(" ")})`);
    return shapes.map((shape) => ({ name: "", shape, axes: inOrder(shape) }));
  }
}
