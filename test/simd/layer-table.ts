/** Every layer class of tfjs-layers, in the ways in which people call it. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

type Layer = tfl.layers.Layer;

const L = tfl.layers;

const IMAGE = [7, 6, 3];
const VOLUME = [5, 4, 6, 2];
const TEXT = [6, 4];
const FILM = [3, 6, 5, 2];

/** Square: cpu's gradient of bilinear resizing confuses height and width. */
const SQUARE = [6, 6, 3];

/** One input: its shape without the batch; `below` makes it integers from 0 on, without a gradient. */
export interface Input {
  readonly shape: number[];
  readonly below?: number;
}

/** A layer and what it is called with. */
export interface Call {
  readonly layer: () => Layer;
  readonly inputs: readonly Input[];
  /** Why no gradient is asked for: what tfjs lacks. */
  readonly forwardOnly?: string;
  /** Why it is not saved and loaded: what tfjs-layers cannot read of its own. */
  readonly unloadable?: string;
}

const call = (layer: () => Layer, ...shapes: number[][]): Call => ({
  layer,
  inputs: shapes.map((shape) => ({ shape })),
});
const forwardOnly = (reason: string, item: Call): Call => ({ ...item, forwardOnly: reason });
const ofIntegers = (layer: () => Layer, shape: number[], below: number): Call => ({
  layer,
  inputs: [{ shape, below }],
});

/**
 * Layers that take a tensor but not, as a model calls them, a list of one: here for each frame of a film.
 */
const ofFrames = (layer: () => Layer): Call =>
  forwardOnly(
    "none of Unpack into one",
    call(() => L.timeDistributed({ layer: layer() }), [1, ...SQUARE]),
  );

/** Two steps of a model as one layer of another. */
const chain = (
  make: (inputs: tfl.SymbolicTensor, outputs: tfl.SymbolicTensor) => tfl.LayersModel,
): Layer => {
  const x = tfl.input({ shape: [5] });
  const hidden = L.dense({ units: 4, activation: "tanh" }).apply(x) as tfl.SymbolicTensor;
  return make(x, L.dense({ units: 3 }).apply(hidden) as tfl.SymbolicTensor);
};

type Registered = new (args: object) => tfl.LayersModel;

/** What is in the registry under a name without being exported. */
const registered = (name: string): Registered =>
  tf.serialization.SerializationMap.getMap().classNameMap[name][0] as unknown as Registered;

/** tfjs-layers' default calls methods of tensors that only the package of all packages has. */
const recurrentInitializer = "glorotUniform";

const recurrent = (
  layer: typeof L.lstm | typeof L.gru | typeof L.simpleRNN,
  more: object = {},
): Call[] => [
  call(() => layer({ units: 5, recurrentInitializer, ...more }), TEXT),
  call(
    () =>
      layer({ units: 5, returnSequences: true, goBackwards: true, recurrentInitializer, ...more }),
    TEXT,
  ),
  call(
    () =>
      layer({
        ...{ units: 3, activation: "relu", useBias: false, unroll: true, dropout: 0.5 },
        ...{ recurrentDropout: 0.5, recurrentInitializer, ...more },
      }),
    TEXT,
  ),
];

const rnn = (cell: () => tfl.layers.RNNCell | tfl.layers.RNNCell[]): Call =>
  call(() => L.rnn({ cell: cell(), returnSequences: true }), TEXT);

const merge = (layer: () => Layer, noSpread?: string): Call[] => [
  call(layer, TEXT, TEXT),
  call(layer, TEXT, TEXT, TEXT),
  { ...call(layer, TEXT, [1, 4]), forwardOnly: noSpread },
];

const pooling = (
  layer: (args: { poolSize: number; strides: number; padding: "same" | "valid" }) => Layer,
  shape: number[],
): Call[] => [
  call(() => layer({ poolSize: 2, strides: 2, padding: "valid" }), shape),
  call(() => layer({ poolSize: 3, strides: 2, padding: "same" }), shape),
];

const ACTIVATIONS = [
  ...["elu", "gelu", "gelu_new", "hardSigmoid", "linear", "logSoftmax", "mish", "relu", "relu6"],
  ...["selu", "sigmoid", "softmax", "softplus", "softsign", "swish", "tanh"],
] as const;

/** By the name in tfjs's registry. Each call has a layer of the class in it. */
export const LAYERS: Readonly<Record<string, readonly Call[]>> = {
  InputLayer: [call(() => L.flatten(), TEXT)],
  Model: [call(() => chain((inputs, outputs) => tfl.model({ inputs, outputs })), [5])],
  Functional: [
    call(
      () =>
        chain((inputs, outputs) => new (registered("Functional"))({ inputs, outputs, name: "f" })),
      [5],
    ),
  ],
  Sequential: [
    call(() => tfl.sequential({ layers: [L.dense({ units: 4, inputShape: [5] }), L.reLU()] }), [5]),
  ],

  ReLU: [call(() => L.reLU(), IMAGE), call(() => L.reLU({ maxValue: 1 }), IMAGE)],
  LeakyReLU: [call(() => L.leakyReLU({ alpha: 0.2 }), IMAGE)],
  PReLU: [call(() => L.prelu(), [5]), call(() => L.prelu({ sharedAxes: [1, 2] }), IMAGE)],
  ELU: [call(() => L.elu(), IMAGE)],
  ThresholdedReLU: [
    forwardOnly(
      "Greater has no gradient",
      call(() => L.thresholdedReLU({ theta: 0.5 }), IMAGE),
    ),
  ],
  Softmax: [call(() => L.softmax(), [5]), call(() => L.softmax({ axis: 2 }), TEXT)],
  Activation: ACTIVATIONS.map((activation) => ({
    ...call(() => L.activation({ activation: activation as "relu" }), TEXT),
    ...(activation === "gelu_new" && { unloadable: "it is written as geluNew" }),
  })),

  Conv1D: [
    call(() => L.conv1d({ filters: 5, kernelSize: 3, activation: "relu" }), TEXT),
    forwardOnly(
      "none of dilated convolutions that are fused with their bias",
      call(() => L.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }), TEXT),
    ),
    call(() => L.conv1d({ filters: 3, kernelSize: 2, strides: 2, padding: "same" }), TEXT),
  ],
  Conv2D: [
    call(() => L.conv2d({ filters: 5, kernelSize: 3, activation: "relu" }), IMAGE),
    call(() => L.conv2d({ filters: 4, kernelSize: [2, 3], strides: 2, padding: "same" }), IMAGE),
    call(() => L.conv2d({ filters: 4, kernelSize: 1, useBias: false, activation: "gelu" }), IMAGE),
    forwardOnly(
      "none of dilated convolutions that are fused with their bias",
      call(() => L.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: "same" }), IMAGE),
    ),
    call(() => L.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst" }), [3, 7, 6]),
  ],
  Conv3D: [
    call(
      () => L.conv3d({ filters: 3, kernelSize: 3, padding: "same", activation: "tanh" }),
      VOLUME,
    ),
    call(() => L.conv3d({ filters: 3, kernelSize: 2, strides: 2 }), VOLUME),
  ],
  Conv2DTranspose: [
    call(
      () => L.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: "same" }),
      IMAGE,
    ),
    call(() => L.conv2dTranspose({ filters: 2, kernelSize: [2, 3], activation: "relu" }), IMAGE),
    call(
      () => L.conv2dTranspose({ filters: 2, kernelSize: 3, dataFormat: "channelsFirst" }),
      [3, 7, 6],
    ),
  ],
  Conv3DTranspose: [
    forwardOnly(
      "Conv3DBackpropInputV2 has no gradient",
      call(() => L.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2 }), VOLUME),
    ),
  ],
  SeparableConv2D: [
    call(() => L.separableConv2d({ filters: 4, kernelSize: [2, 3], strides: 2 }), IMAGE),
    call(() => L.separableConv2d({ filters: 4, kernelSize: 3, padding: "same" }), IMAGE),
  ],
  DepthwiseConv2D: [
    call(() => L.depthwiseConv2d({ kernelSize: 3, padding: "same", activation: "relu" }), IMAGE),
    call(() => L.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2 }), IMAGE),
  ],
  Cropping2D: [
    call(
      () =>
        L.cropping2D({
          cropping: [
            [1, 0],
            [2, 1],
          ],
        }),
      IMAGE,
    ),
  ],
  UpSampling2D: [
    forwardOnly(
      "cpu's adds up other images of the batch",
      call(() => L.upSampling2d({ size: [2, 3] }), IMAGE),
    ),
    call(() => L.upSampling2d({ size: [2, 2], interpolation: "bilinear" }), SQUARE),
  ],
  ZeroPadding2D: [
    call(
      () =>
        L.zeroPadding2d({
          padding: [
            [1, 0],
            [2, 1],
          ],
        }),
      IMAGE,
    ),
  ],

  SimpleRNNCell: [rnn(() => L.simpleRNNCell({ units: 3, recurrentInitializer }))],
  GRUCell: [rnn(() => L.gruCell({ units: 3, recurrentInitializer }))],
  LSTMCell: [rnn(() => L.lstmCell({ units: 3, recurrentInitializer }))],
  StackedRNNCells: [
    rnn(() => [
      L.lstmCell({ units: 3, recurrentInitializer }),
      L.gruCell({ units: 2, recurrentInitializer }),
    ]),
  ],
  RNN: [rnn(() => L.simpleRNNCell({ units: 3, recurrentInitializer, activation: "sigmoid" }))],
  SimpleRNN: recurrent(L.simpleRNN),
  GRU: recurrent(L.gru),
  LSTM: recurrent(L.lstm, { unitForgetBias: false }),
  ConvLSTM2DCell: [
    call(() => L.convLstm2d({ filters: 3, kernelSize: 3, recurrentInitializer }), FILM),
  ],
  ConvLSTM2D: [
    call(
      () => L.convLstm2d({ filters: 3, kernelSize: 3, padding: "same", recurrentInitializer }),
      FILM,
    ),
    call(
      () =>
        L.convLstm2d({
          filters: 2,
          kernelSize: 2,
          returnSequences: true,
          recurrentInitializer,
        }),
      FILM,
    ),
  ],
  Bidirectional: [
    call(
      () =>
        L.bidirectional({ layer: L.lstm({ units: 3, recurrentInitializer }), mergeMode: "concat" }),
      TEXT,
    ),
    call(
      () =>
        L.bidirectional({
          layer: L.gru({ units: 3, recurrentInitializer, returnSequences: true }),
          mergeMode: "sum",
        }),
      TEXT,
    ),
  ],
  TimeDistributed: [
    call(() => L.timeDistributed({ layer: L.dense({ units: 3 }) }), TEXT),
    call(() => L.timeDistributed({ layer: L.conv2d({ filters: 2, kernelSize: 3 }) }), FILM),
  ],

  Dropout: [call(() => L.dropout({ rate: 0.4, seed: 1 }), TEXT)],
  SpatialDropout1D: [call(() => L.spatialDropout1d({ rate: 0.4, seed: 1 }), TEXT)],
  GaussianNoise: [call(() => L.gaussianNoise({ stddev: 0.3 }), TEXT)],
  GaussianDropout: [call(() => L.gaussianDropout({ rate: 0.3 }), TEXT)],
  AlphaDropout: [call(() => L.alphaDropout({ rate: 0.3 }), TEXT)],

  Dense: [
    call(() => L.dense({ units: 7, activation: "softmax" }), [5]),
    call(() => L.dense({ units: 3, useBias: false }), TEXT),
    call(() => L.dense({ units: 3, activation: "elu" }), FILM),
  ],
  Flatten: [
    call(() => L.flatten(), IMAGE),
    call(() => L.flatten({ dataFormat: "channelsFirst" }), IMAGE),
  ],
  RepeatVector: [call(() => L.repeatVector({ n: 3 }), [5])],
  Reshape: [call(() => L.reshape({ targetShape: [-1, 2] }), TEXT)],
  Permute: [call(() => L.permute({ dims: [3, 1, 2] }), IMAGE)],
  Masking: [
    ofIntegers(
      () =>
        tfl.sequential({
          layers: [L.masking({ inputShape: [6, 1] }), L.lstm({ units: 3, recurrentInitializer })],
        }),
      [6, 1],
      2,
    ),
  ],
  Embedding: [
    ofIntegers(() => L.embedding({ inputDim: 9, outputDim: 4 }), [6], 9),
    ofIntegers(
      () =>
        tfl.sequential({
          layers: [
            L.embedding({ inputDim: 9, outputDim: 4, maskZero: true, inputShape: [6] }),
            L.gru({ units: 3, recurrentInitializer }),
          ],
        }),
      [6],
      9,
    ),
  ],

  Add: merge(() => L.add()),
  Multiply: merge(() => L.multiply()),
  Average: merge(() => L.average()),
  Maximum: merge(() => L.maximum(), "that of Maximum forgets to sum over what was spread"),
  Minimum: merge(() => L.minimum(), "that of Minimum forgets to sum over what was spread"),
  Concatenate: [
    call(() => L.concatenate(), TEXT, [6, 3]),
    call(() => L.concatenate({ axis: 1 }), TEXT, [2, 4], TEXT),
  ],
  Dot: [
    call(() => L.dot({ axes: -1 }), [5], [5]),
    call(() => L.dot({ axes: [2, 2], normalize: true }), TEXT, [3, 4]),
  ],

  BatchNormalization: [
    call(() => L.batchNormalization(), [5]),
    call(() => L.batchNormalization(), TEXT),
    call(() => L.batchNormalization({ momentum: 0.9, epsilon: 1e-2 }), IMAGE),
  ],
  LayerNormalization: [
    call(() => L.layerNormalization(), TEXT),
    call(() => L.layerNormalization({ axis: [1, 2] }), TEXT),
  ],

  MaxPooling1D: pooling(L.maxPooling1d, TEXT),
  AveragePooling1D: pooling(L.averagePooling1d, TEXT),
  MaxPooling2D: pooling(L.maxPooling2d, IMAGE),
  AveragePooling2D: pooling(L.averagePooling2d, IMAGE),
  MaxPooling3D: pooling(L.maxPooling3d, VOLUME),
  AveragePooling3D: pooling(L.averagePooling3d, VOLUME),
  GlobalAveragePooling1D: [call(() => L.globalAveragePooling1d(), TEXT)],
  GlobalMaxPooling1D: [call(() => L.globalMaxPooling1d(), TEXT)],
  GlobalAveragePooling2D: [call(() => L.globalAveragePooling2d({}), IMAGE)],
  GlobalMaxPooling2D: [call(() => L.globalMaxPooling2d({}), IMAGE)],

  Rescaling: [call(() => L.rescaling({ scale: 1 / 127.5, offset: -1 }), IMAGE)],
  CenterCrop: [
    forwardOnly(
      "CropAndResize has no gradient",
      ofFrames(() => L.centerCrop({ height: 4, width: 3 })),
    ),
    ofFrames(() => L.centerCrop({ height: 9, width: 8 })),
  ],
  Resizing: [
    ofFrames(() => L.resizing({ height: 4, width: 9 })),
    ofFrames(() => L.resizing({ height: 14, width: 5, interpolation: "nearest" })),
  ],
  RandomWidth: [ofFrames(() => L.randomWidth({ factor: 0.5, seed: 3 }))],
  CategoryEncoding: (["multiHot", "oneHot", "count"] as const).map((outputMode) =>
    ofIntegers(
      () => L.categoryEncoding({ numTokens: 9, outputMode }),
      outputMode === "oneHot" ? [1] : [6],
      9,
    ),
  ),
};

/** A model of one call of a layer. */
export function modelOf({ layer, inputs }: Call): tfl.LayersModel {
  const given = inputs.map(({ shape }) => tfl.input({ shape }));
  const outputs = layer().apply(given.length === 1 ? given[0] : given);
  return tfl.model({ inputs: given, outputs: outputs as tfl.SymbolicTensor });
}
