/** Models with every layer that other programs have, too, and what they are asked. */
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import {
  input,
  layers as L,
  type LayersModel,
  model,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import {
  buildCifarModel,
  buildFastModel,
  ImageSet,
  randomStream,
  replaceHead,
  withKerasLayers,
} from "cifar-kit";

type Applicable = { apply(inputs: unknown): unknown };
const through = (x: SymbolicTensor, ...layers: readonly Applicable[]): SymbolicTensor =>
  layers.reduce((value, layer) => layer.apply(value) as SymbolicTensor, x);
const chain = (shape: (number | null)[], ...layers: readonly Applicable[]): LayersModel => {
  const x = input({ shape });
  return model({ inputs: x, outputs: through(x, ...layers) });
};
const gate = { recurrentActivation: "sigmoid", recurrentInitializer: "glorotUniform" } as const;

/** Noise of 16 x 16 pixels. */
const images16 = new ImageSet({
  images: Uint8Array.from({ length: 40 * 768 }, (_, i) => (i * i * 7 + i) % 251),
  labels: new Uint8Array(40),
  imageShape: [16, 16, 3],
  classNames: ["a", "b"],
});

/** Layers of every kind in a few networks. */
export const MODELS: Readonly<Record<string, () => LayersModel>> = {
  notebook: () =>
    buildCifarModel({ inputShape: [16, 16, 3], seed: 1, classNames: "abcdefghij".match(/./g)! }),
  fast: () => buildFastModel({ whiten: images16, widths: [4, 8, 8], seed: 1 }),
  head: () =>
    replaceHead(buildCifarModel({ inputShape: [16, 16, 3] }), {
      classNames: ["cat", "dög"],
      seed: 2,
    }),
  sequence: () =>
    sequential({
      layers: [
        L.conv2d({
          filters: 3,
          kernelSize: 3,
          inputShape: [7, 6, 2],
          activation: "swish",
          strides: 2,
          padding: "same",
        }),
        L.prelu({ sharedAxes: [1, 2] }),
        L.flatten(),
        L.dense({ units: 4, kernelRegularizer: "l1l2", kernelConstraint: "unitNorm" }),
        L.softmax({ axis: -1 }),
      ],
    }),
  images: () =>
    chain(
      [9, 8, 3],
      L.rescaling({ scale: 2, offset: -1 }),
      L.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      L.conv2d({
        filters: 4,
        kernelSize: [3, 2],
        dilationRate: 2,
        padding: "same",
        activation: "mish",
      }),
      L.depthwiseConv2d({
        kernelSize: 3,
        depthMultiplier: 2,
        strides: 2,
        padding: "same",
        activation: "elu",
      }),
      L.separableConv2d({
        filters: 6,
        kernelSize: 3,
        depthMultiplier: 2,
        padding: "valid",
        activation: "selu",
      }),
      L.conv2dTranspose({
        filters: 5,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        activation: "softplus",
      }),
      L.conv2dTranspose({
        filters: 4,
        kernelSize: 2,
        strides: 3,
        padding: "valid",
        activation: "softsign",
      }),
      L.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3, padding: "same" }),
      L.upSampling2d({ size: [2, 3] }),
      L.cropping2D({
        cropping: [
          [1, 2],
          [3, 1],
        ],
      }),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
      L.averagePooling2d({ poolSize: [2, 3], strides: [2, 1], padding: "same" }),
      L.batchNormalization({ scale: false }),
      L.leakyReLU({ alpha: 0.1 }),
      L.gaussianNoise({ stddev: 0.1 }),
      L.averagePooling2d({ poolSize: 2 }),
      L.layerNormalization({ epsilon: 1e-4 }),
      L.elu(),
      L.permute({ dims: [3, 1, 2] }),
      L.flatten(),
      L.dense({ units: 6, activation: "relu6" }),
      L.batchNormalization(),
      L.reLU({ maxValue: 2 }),
      L.thresholdedReLU({ theta: 0.2 }),
      L.dropout({ rate: 0.5 }),
      L.reshape({ targetShape: [2, 3] }),
      L.dense({ units: 2, activation: "tanh", useBias: false }),
    ),
  volumes: () =>
    chain(
      [6, 5, 4, 2],
      L.conv3d({ filters: 3, kernelSize: 2, strides: 2, padding: "same", activation: "relu" }),
      L.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: "valid" }),
      L.maxPooling3d({ poolSize: 2, strides: 1 }),
      L.averagePooling3d({ poolSize: 2, padding: "same" }),
      L.flatten(),
    ),
  rows: () =>
    chain(
      [12, 3],
      L.conv1d({
        filters: 4,
        kernelSize: 3,
        padding: "same",
        dilationRate: 2,
        activation: "gelu",
      }),
      L.maxPooling1d({ poolSize: 2 }),
      L.averagePooling1d({ poolSize: 2, strides: 1, padding: "same" }),
      L.spatialDropout1d({ rate: 0.3 }),
      L.batchNormalization({ axis: 1 }),
      L.timeDistributed({ layer: L.dense({ units: 5, activation: "sigmoid" }) }),
      L.globalMaxPooling1d(),
      L.repeatVector({ n: 3 }),
      L.globalAveragePooling1d(),
    ),
  recurrent: () =>
    chain(
      [7, 3],
      L.lstm({ units: 4, returnSequences: true, ...gate }),
      L.gru({ units: 3, returnSequences: true, goBackwards: true, ...gate }),
      L.simpleRNN({ units: 4, returnSequences: true, recurrentInitializer: "glorotUniform" }),
      L.bidirectional({
        layer: L.lstm({ units: 2, returnSequences: true, ...gate }),
        mergeMode: "concat",
      }),
      L.bidirectional({ layer: L.gru({ units: 3, ...gate }), mergeMode: "sum" } as never),
    ),
  words: () =>
    chain(
      [6],
      L.embedding({ inputDim: 11, outputDim: 4 }),
      L.globalAveragePooling1d(),
      L.dense({ units: 2 }),
    ),
  merged: () => {
    const [a, b] = [input({ shape: [4, 4, 2], name: "a" }), input({ shape: [4, 4, 2], name: "b" })];
    const conv = L.conv2d({ filters: 2, kernelSize: 3, padding: "same" });
    const [x, y] = [through(a, conv), through(b, conv)];
    const all = [
      ...[L.add(), L.multiply(), L.average(), L.maximum(), L.minimum()].map(
        (layer) => layer.apply([x, y]) as SymbolicTensor,
      ),
      through(through(a, conv), conv),
    ];
    const joined = L.concatenate({ axis: -1 }).apply(all) as SymbolicTensor;
    const short = through(joined, L.globalMaxPooling2d({}), L.dense({ units: 3 }));
    return model({
      inputs: [a, b],
      outputs: [short, through(joined, L.globalAveragePooling2d({}))],
    });
  },
  nested: () => {
    const inner = chain([5], L.dense({ units: 5, activation: "tanh" }));
    const rows = sequential({ layers: [L.dense({ units: 5, inputShape: [5] }), L.reLU()] });
    const pair = [input({ shape: [5] }), input({ shape: [5] })];
    const both = model({
      inputs: pair,
      outputs: L.add().apply([through(pair[0], rows), pair[1]]) as SymbolicTensor,
    });
    const x = input({ shape: [5] });
    const [one, two] = [through(x, inner), through(x, rows)];
    const three = through(one, inner);
    const sum = both.apply([two, three]) as SymbolicTensor;
    return model({ inputs: x, outputs: [sum, through(three, rows), through(sum, inner)] });
  },
  stacked: () => {
    const inner = sequential({
      layers: [L.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }), L.flatten()],
    });
    return sequential({ layers: [inner, L.dense({ units: 3, activation: "softmax" })] });
  },
};

/** What Keras 3 does not have, but ONNX has. */
export const ONNX_MODELS: Readonly<Record<string, () => LayersModel>> = {
  cornered: () =>
    chain(
      [5, 4, 3],
      L.upSampling2d({ size: [2, 3], interpolation: "bilinear" }),
      L.conv2d({ filters: 4, kernelSize: 2, activation: "gelu_new" }),
      L.activation({ activation: "hardSigmoid" }),
      L.globalAveragePooling2d({}),
    ),
  hard: () =>
    chain(
      [6, 2],
      L.lstm({ units: 3, returnSequences: true, recurrentInitializer: "zeros" }),
      L.gru({ units: 3, goBackwards: true, recurrentInitializer: "zeros" }),
    ),
  first: () =>
    chain(
      [3, 8, 7],
      L.conv2d({ filters: 4, kernelSize: 3, dataFormat: "channelsFirst", padding: "valid" }),
      L.permute({ dims: [2, 3, 1] }),
      L.conv2d({ filters: 2, kernelSize: 3, padding: "same" }),
      L.flatten({ dataFormat: "channelsFirst" }),
      L.dense({ units: 3 }),
      L.activation({ activation: "logSoftmax" as never }),
    ),
  // Sizes that are open.
  open: () =>
    chain(
      [null, null, 3],
      L.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
      L.maxPooling2d({ poolSize: 2, padding: "same" }),
      L.batchNormalization(),
      L.globalMaxPooling2d({}),
      L.dense({ units: 2 }),
    ),
  distributed: () =>
    chain(
      [3, 6, 6, 2],
      L.timeDistributed({ layer: L.conv2d({ filters: 3, kernelSize: 3 }) }),
      L.timeDistributed({ layer: L.flatten() }),
      L.simpleRNN({ units: 2, recurrentInitializer: "zeros" }),
    ),
  broad: () => {
    const [a, b] = [input({ shape: [4, 3] }), input({ shape: [3] })];
    return model({ inputs: [a, b], outputs: L.multiply().apply([a, b]) as SymbolicTensor });
  },
};

/** Gives all weights of a model seeded numbers that keep its outputs in the middle of their range. */
export function settled(built: LayersModel, seed: number): LayersModel {
  const rng = randomStream(seed, "weights");
  const uniform = (): number => rng.uniform() - 0.5;
  built.setWeights(
    built.weights.map(({ originalName, shape }) => {
      const sizes = shape as number[];
      const size = sizes.reduce((product, each) => product * each, 1);
      const scale = sizes.length > 1 ? 2.5 * Math.sqrt(sizes.at(-1)! / size) : 1;
      const isSpread = /variance|gamma/.test(originalName);
      const values = Float32Array.from(
        { length: size },
        () => scale * uniform() + (isSpread ? 1 : 0),
      );
      return tensor(values, sizes);
    }),
  );
  // Batch normalisation along another axis than the last, TensorFlow.js's own gets wrong.
  return withKerasLayers(built);
}

/** Seeded rows for each input of a model. */
export function questions({ inputs }: LayersModel, rows: number, seed = 5): Tensor[] {
  const rng = randomStream(seed, "inputs");
  return inputs.map(({ shape, sourceLayer }) => {
    const sizes = [rows, ...shape.slice(1).map((size) => size ?? 6)];
    const words = sourceLayer.outboundNodes.some(
      ({ outboundLayer }) => outboundLayer.getClassName() === "Embedding",
    );
    const length = sizes.reduce((product, each) => product * each, 1);
    const values = Float32Array.from({ length }, () =>
      words ? Math.floor(rng.uniform() * 11) : 2 * rng.uniform() - 1,
    );
    return tensor(values, sizes);
  });
}

/** A model's answers, always in a list. */
export const answers = (of: LayersModel, asked: readonly Tensor[]): Tensor[] =>
  [of.predict(asked.length === 1 ? asked[0] : [...asked])].flat();
