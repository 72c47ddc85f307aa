/** What Keras 3 calls the layers of TensorFlow.js and their settings. */
import type { Json } from "../../model/saved/json.ts";

/** Layers that both have, and that compute the same in both. */
// prettier-ignore
const LAYERS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "Activation", "Add", "AlphaDropout", "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D",
  "BatchNormalization", "Bidirectional", "CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv2D",
  "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM2D", "Cropping2D", "Dense", "DepthwiseConv2D", "Dot",
  "Dropout", "ELU", "Embedding", "Flatten", "GRU", "GRUCell", "GaussianDropout", "GaussianNoise",
  "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "InputLayer", "LSTM",
  "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum",
  "Minimum", "Multiply", "PReLU", "Permute", "RNN", "ReLU", "RepeatVector", "Rescaling", "Reshape", "SeparableConv2D",
  "SimpleRNN", "SimpleRNNCell", "Softmax", "SpatialDropout1D", "StackedRNNCells", "ThresholdedReLU", "TimeDistributed",
  "UpSampling2D", "ZeroPadding2D",
]);

/** Layers that take their inputs in a list, be it of one. */
export const MERGING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "Add",
  "Average",
  "Concatenate",
  "Dot",
  "Maximum",
  "Minimum",
  "Multiply",
]);

/** Settings of TensorFlow.js that Keras does not take. */
// prettier-ignore
const LEFT_OUT: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "batch_input_shape", "cells", "dtype", "implementation", "input_dtype", "input_length", "sparse",
]);

// prettier-ignore
const ACTIVATIONS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "elu", "gelu", "linear", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh",
]);

/** Whether both have a layer of this class, and compute the same. */
export const isSharedLayer = (className: unknown): boolean => LAYERS.has(className as string);

/** Whether both have an activation of this name of Keras's, and compute the same. */
export const hasActivation = (name: unknown): boolean =>
  name === null || ACTIVATIONS.has(name === "swish" ? "silu" : (name as string));

/** What initial weights, regularizers and constraints are called in both, by where Keras has them. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  initializer: [
    "Constant",
    "Identity",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
  ],
  regularizer: ["L1L2"],
  constraint: ["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"],
};

/** What Keras has none of: a layer's name with its class, and the setting if it is that. */
export type Report = (lacking: string) => void;

/** An object as Keras 3 writes it. */
export const kerasObject = (module: string, className: string, config: object): object => ({
  module,
  class_name: className,
  config,
  registered_name: null,
});

/** A layer that is no model, from its class and settings in TensorFlow.js's words. */
export function kerasLayer(
  className: string,
  config: NonNullable<Json>,
  convertInner: (data: NonNullable<Json>) => object,
  report: Report,
): object {
  const lacking = (what = ""): void => {
    report(`${String(config.name)} (${className}${what})`);
  };
  if (!isSharedLayer(className)) lacking();
  const own: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (LEFT_OUT.has(key) && !(className === "RNN" && key === "cell")) {
      // A stack of cells is its cells.
      if (key !== "cells" || className !== "StackedRNNCells") continue;
    }
    const kind = /_(initializer|regularizer|constraint)$/.exec(key)?.[1];
    if (key === "layer" || key === "cell") own[key] = convertInner(value as NonNullable<Json>);
    else if (key === "cells") own[key] = (value as NonNullable<Json>[]).map(convertInner);
    else if (/^(recurrent_)?activation$/.test(key)) {
      own[key] = value === "swish" ? "silu" : value;
      if (!hasActivation(own[key])) lacking(` with ${key} ${String(value)}`);
    } else if (kind !== undefined && value !== null) {
      const { class_name: name, config: settings } = value as {
        class_name: string;
        config: object;
      };
      if (OBJECTS[kind].includes(name)) own[key] = kerasObject(`keras.${kind}s`, name, settings);
      // Weights come from the file: how they once began, Keras need not know.
      else if (kind !== "initializer") lacking(` with ${key} ${name}`);
    } else own[key] = value;
  }
  return kerasObject("keras.layers", ...named(className, own, lacking));
}

/** What differs between the two in a layer's own settings. */
function named(
  className: string,
  config: Record<string, unknown>,
  lacking: (what: string) => void,
): [className: string, config: object] {
  const { alpha, theta, ...rest } = config;
  switch (className) {
    case "LeakyReLU":
      return [className, { ...rest, negative_slope: alpha }];
    case "ThresholdedReLU":
      return ["ReLU", { ...rest, threshold: theta }];
    case "SpatialDropout1D":
      return [className, { name: rest.name, rate: rest.rate, seed: rest.seed }];
    case "UpSampling2D":
      // Between pixels TensorFlow.js counts from their corners, Keras from their centres.
      if (config.interpolation === "bilinear") lacking(" with interpolation bilinear");
  }
  return [className, config];
}
