/**
 * Whether a step of a model is known to do the same each time, but for data, weights and seeds: then a
 * backend may repeat it without asking the layers. Layers, losses and metrics of a user's own may have a
 * state that nobody else knows of.
 */
import { serialization } from "@tensorflow/tfjs-core";
import { type LayersModel, metrics as stockMetrics } from "@tensorflow/tfjs-layers";
import { modelInternals } from "./internals.ts";
import { hasForeignCall } from "./replaced-calls.ts";
import { allLayers } from "./layer-tree.ts";

/** The classes of TensorFlow.js that compute by their settings and weights alone. */
// prettier-ignore
const KNOWN: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "Activation", "Add", "AlphaDropout", "Average", "AveragePooling1D", "AveragePooling2D",
  "AveragePooling3D", "BatchNormalization", "Bidirectional", "CategoryEncoding", "CenterCrop",
  "Concatenate", "Conv1D", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM2D",
  "ConvLSTM2DCell", "Cropping2D", "Dense", "DepthwiseConv2D", "Dot", "Dropout", "ELU", "Embedding",
  "Flatten", "Functional", "GRU", "GRUCell", "GaussianDropout", "GaussianNoise",
  "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
  "InputLayer", "L1L2", "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking",
  "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "Model", "Multiply",
  "PReLU", "Permute", "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing",
  "SeparableConv2D", "Sequential", "SimpleRNN", "SimpleRNNCell", "Softmax", "SpatialDropout1D",
  "StackedRNNCells", "ThresholdedReLU", "TimeDistributed", "UpSampling2D", "ZeroPadding2D", "elu",
  "gelu", "gelu_new", "hardSigmoid", "linear", "logSoftmax", "mish", "relu", "relu6", "selu",
  "sigmoid", "softmax", "softplus", "softsign", "swish", "tanh",
]);

/** Why steps of a compiled model may not be repeated; empty where they may. */
export function whyNotRepeatable(model: LayersModel): string {
  const { loss, metrics } = modelInternals(model);
  const given: unknown[] = Object.values(Object(metrics) as object).flat();
  const stock: unknown[] = Object.values(stockMetrics);
  if (typeof loss !== "string") return "the loss is a function";
  if (given.some((metric) => typeof metric !== "string" && !stock.includes(metric))) {
    return "a metric is a function";
  }
  return whyNotCallable(model);
}

/** Why a model's outputs may not be computed without asking its layers; empty where they may. */
export function whyNotCallable(model: LayersModel): string {
  for (const part of [model, ...[...allLayers(model)].flatMap(classesIn)]) {
    const name = part.getClassName();
    if (!isStock(part)) return `${name} is not one of TensorFlow.js's own classes`;
    if (hasForeignCall(part)) return `the call of a ${name} was replaced`;
  }
  return "";
}

/** What a model's layers hold by themselves: settings, objects, flags. */
export class HeldByLayers {
  readonly #layers: readonly {
    layer: Held;
    names: readonly string[];
    values: readonly unknown[];
  }[];

  constructor(model: LayersModel) {
    this.#layers = layersOf(model).map((layer) => {
      const names = Object.keys(layer);
      return { layer, names, values: names.map((name) => layer[name]) };
    });
  }

  /** Whether it is what they hold now. Asked before every step. */
  isStillHeldBy(model: LayersModel): boolean {
    const layers = layersOf(model);
    return (
      layers.length === this.#layers.length &&
      this.#layers.every(({ layer, names, values }, i) => {
        const now = Object.keys(layer);
        return (
          layers[i] === layer &&
          now.length === names.length &&
          names.every((name, j) => now[j] === name && Object.is(layer[name], values[j]))
        );
      })
    );
  }
}

type Held = Readonly<Record<string, unknown>>;

const layersOf = (model: LayersModel): readonly Held[] =>
  [...allLayers(model)] as unknown as readonly Held[];

interface Instance {
  getClassName(): string;
}

/** A layer, and what else of a class it computes by: activations, regularizers, cells. */
function classesIn(layer: object): Instance[] {
  const used = Object.entries(layer).filter(([name]) => !/(?:initializer|constraint)$/i.test(name));
  return [layer, ...used.map(([, value]: [string, unknown]) => value)].filter(
    (value): value is Instance =>
      typeof (value as Partial<Instance> | null | undefined)?.getClassName === "function",
  );
}

function isStock(instance: Instance): boolean {
  const name = instance.getClassName();
  const { classNameMap } = serialization.SerializationMap.getMap();
  return KNOWN.has(name) && classNameMap[name]?.[0] === (instance.constructor as unknown);
}
