/** A model's topology as Keras 3 has it in the config.json of a `.keras` file. */
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { modelInternals } from "../../model/internals.ts";
import type { Json } from "../../model/saved/json.ts";
import { restoreLostSettings } from "../../model/saved/lossy-layers.ts";
import { isModel, type Layer } from "../../model/weights/layer-weights.ts";
import { kerasLayer, kerasObject, MERGING, type Report } from "./keras-classes.ts";

/** A layer as TensorFlow.js writes it. */
interface LayerData {
  readonly name: string;
  readonly class_name: string;
  readonly config: NonNullable<Json>;
  readonly inbound_nodes?: readonly (readonly End[])[];
}

/** An output of a layer: its name, which of its calls, which of that call's outputs. */
type End = readonly [layer: string, call: number, output: number, ...unknown[]];

/**
 * The topology of a model.
 * @throws {ArgumentError} that names every layer of which Keras has no like.
 */
export function toKeras3(subject: string, model: LayersModel): object {
  const specs = model.weights.map(({ originalName: name, shape }) => ({
    ...{ name, shape: shape as number[], dtype: "float32" as const },
  }));
  const written = JSON.parse(model.toJSON(undefined) as string) as Json;
  const topology = restoreLostSettings(written, specs);
  const lacking = new Set<string>();
  const converted = container(model, topology as unknown as LayerData, (what) => lacking.add(what));
  if (lacking.size > 0) {
    throw new ArgumentError({
      subject,
      expected: "layers that Keras 3 has, too",
      got: [...lacking].join(", "),
      remedy:
        "build the network of layers that both have, or save it with model.save() and its weights with saveWeights()",
    });
  }
  return converted;
}

/** A model, or a model inside it. */
function container(model: LayersModel, data: LayerData, report: Report): object {
  const { config } = data;
  const layers = config.layers as LayerData[];
  const { name } = model;
  if (data.class_name === "Sequential") {
    const begin = layers[0].class_name === "InputLayer" ? [] : [inputOf(model)];
    const rest = layers.map((layer, i) => converted(model.layers[i], layer, report));
    return kerasObject("keras", "Sequential", { name, layers: [...begin, ...rest] });
  }
  const { trainable = true } = config;
  return {
    ...kerasObject("keras.src.models.functional", "Functional", {
      ...{ name, trainable },
      layers: layers.map((layer) => ({
        ...converted(model.getLayer(layer.name), layer, report),
        name: layer.name,
        inbound_nodes: (layer.inbound_nodes ?? []).map((ends) => call(model, layer, ends)),
      })),
      input_layers: oneOrAll((config.input_layers as End[]).map((end) => outerEnd(model, end))),
      output_layers: oneOrAll((config.output_layers as End[]).map((end) => outerEnd(model, end))),
    }),
    registered_name: "Functional",
  };
}

function converted(layer: Layer, data: LayerData, report: Report): object {
  return isModel(layer) ? container(layer, data, report) : leaf(data, report);
}

function leaf({ class_name: className, config }: LayerData, report: Report): object {
  if (className === "InputLayer") {
    const { batch_input_shape: shape, dtype, name } = config;
    return kerasObject("keras.layers", className, { batch_shape: shape, dtype, name });
  }
  return kerasLayer(className, config, inner(report), report);
}

/** What a layer wraps: a layer, a cell, or a model, which TensorFlow.js has as a layer there. */
function inner(report: Report): (data: NonNullable<Json>) => object {
  return (data) => {
    const { class_name: className, config } = data as unknown as LayerData;
    if (Array.isArray(config.layers))
      report(`${String(config.name)} (a model inside of a wrapper)`);
    return kerasLayer(className, config, inner(report), report);
  };
}

/** The input that a sequential model's first layer tells by the way. */
function inputOf({ inputs: [{ shape, dtype, name }] }: LayersModel): object {
  return kerasObject("keras.layers", "InputLayer", { batch_shape: shape, dtype, name });
}

/** A call of a layer. */
function call(
  model: LayersModel,
  { class_name: className }: LayerData,
  ends: readonly End[],
): object {
  const tensors = ends.map((end) => {
    const { shape, dtype } = tensorAt(model, end);
    const history = [end[0], innerCall(model, end), end[2]];
    return { class_name: "__keras_tensor__", config: { shape, dtype, keras_history: history } };
  });
  return { args: MERGING.has(className) ? [tensors] : [oneOrAll(tensors)], kwargs: {} };
}

/** The tensor at an end. */
function tensorAt(model: LayersModel, end: End): SymbolicTensor {
  const layer = model.getLayer(end[0]);
  const { containerNodes } = modelInternals(model);
  const calls = layer.inboundNodes.filter((_, i) => containerNodes.has(`${layer.name}_ib-${i}`));
  return calls[innerCall(model, end)].outputTensors[end[2]];
}

/** TensorFlow.js counts that a model was made as its first call, Keras does not. */
function innerCall(model: LayersModel, [layer, count]: End): number {
  return isModel(model.getLayer(layer)) ? count - 1 : count;
}

/** An input or output of the model; there Keras counts functional models as TensorFlow.js does. */
function outerEnd(model: LayersModel, end: End): unknown[] {
  const isSequential = model.getLayer(end[0]).getClassName() === "Sequential";
  return [end[0], isSequential ? innerCall(model, end) : end[1], end[2]];
}

function oneOrAll<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}
