/**
 * Networks as people build them on tfjs-layers: what the simd backend has to be right and fast on. Each
 * comes small, for tests, and real, for the benchmark; weights and batches are the same on every backend.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { adam, replaceHead, withKerasLayers } from "../../src/index.ts";

type Symbol = tfl.SymbolicTensor;
type Layer = tfl.layers.Layer;
type Size = "small" | "real";

const L = tfl.layers;

/** A network with its batch, on the backend that was active when it was built. */
export interface Trainee {
  /** Its outputs for the batch, as in use. */
  readonly forward: () => tf.Tensor;
  /** One step on the batch, and its loss before; none where tfjs has no gradient. */
  readonly step?: () => Promise<number>;
}

/** Builds a network anew. */
export type Network = (size: Size) => Trainee;

/** Numbers that are the same on every backend. */
const uniform = (shape: number[], seed: number, low = -1, high = 1): tf.Tensor =>
  tf.randomUniform(shape, low, high, "float32", seed);
const ids = (shape: number[], below: number): tf.Tensor =>
  tf.floor(tf.mul(uniform(shape, 11, 0, 1), below));
const oneHot = (count: number, classes: number): tf.Tensor =>
  tf.cast(
    tf.oneHot(
      tf.tensor1d(
        [...Array(count).keys()].map((i) => (i * 7) % classes),
        "int32",
      ),
      classes,
    ),
    "float32",
  );

/** Gives matrices and filters Glorot's numbers; the rest starts as Keras starts it. */
function seeded<Model extends tfl.LayersModel>(model: Model): Model {
  const values = model.weights.map((weight, i) => {
    const { shape } = weight;
    if (shape.length < 2) return weight.read();
    const [fanIn, fanOut] = shape.slice(-2) as number[];
    const window = tf.util.sizeFromShape(shape.slice(0, -2) as number[]);
    const limit = Math.sqrt(6 / ((fanIn + fanOut) * window));
    return uniform(shape as number[], i + 1, -limit, limit);
  });
  model.setWeights(values);
  return withKerasLayers(model);
}

/** What `compile` and `trainOnBatch` do. */
function compiled(
  model: tfl.LayersModel,
  x: tf.Tensor | tf.Tensor[],
  y: tf.Tensor,
  loss: string,
): Trainee {
  model.compile({ optimizer: adam(), loss });
  return {
    forward: () => model.predict(x) as tf.Tensor,
    step: async () => Number(await model.trainOnBatch(x, y)),
  };
}

/** Layers one after the other, each by what it is applied to. */
const through = (x: Symbol, ...layers: readonly (Layer | ((x: Symbol) => Symbol))[]): Symbol =>
  layers.reduce<Symbol>(
    (y, layer) => (layer instanceof L.Layer ? (layer.apply(y) as Symbol) : layer(y)),
    x,
  );

const modelOf = (inputs: Symbol, outputs: Symbol): tfl.LayersModel =>
  seeded(tfl.model({ inputs, outputs }));

/** Convolution without a bias, then batch normalisation; an activation if there is one. */
const convBn =
  (filters: number, kernelSize: number, strides = 1, activation?: Layer) =>
  (x: Symbol): Symbol =>
    through(
      x,
      L.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false }),
      L.batchNormalization({}),
      ...(activation ? [activation] : []),
    );
const depthwiseBn =
  (strides = 1, kernelSize = 3) =>
  (x: Symbol): Symbol =>
    through(
      x,
      L.depthwiseConv2d({ kernelSize, strides, padding: "same", useBias: false }),
      L.batchNormalization({}),
      L.reLU({ maxValue: 6 }),
    );
const channelsOf = (x: Symbol): number => x.shape[x.shape.length - 1]!;

const CROSS_ENTROPY = "categoricalCrossentropy";
const BINARY = "binaryCrossentropy";
const SQUARES = "meanSquaredError";

function classifier(
  [batch, classes]: [number, number],
  shape: number[],
  body: (x: Symbol) => Symbol,
  x = uniform([batch, ...shape], 1, 0, 1),
): Trainee {
  const inputs = tfl.input({ shape });
  const outputs = through(inputs, body, L.dense({ units: classes, activation: "softmax" }));
  return compiled(modelOf(inputs, outputs), x, oneHot(batch, classes), CROSS_ENTROPY);
}

// Images

const mlp: Network = (size) =>
  classifier(size === "real" ? [128, 10] : [8, 10], [size === "real" ? 784 : 50], (x) =>
    through(
      x,
      L.dense({ units: size === "real" ? 512 : 20, activation: "relu" }),
      L.dropout({ rate: 0.2 }),
      L.dense({ units: size === "real" ? 256 : 15, activation: "gelu" }),
    ),
  );

/** Inverted residual blocks: expansion, depthwise convolution, projection. */
const mobileNetV2: Network = (size) => {
  const isReal = size === "real";
  const [side, batch] = isReal ? [96, 16] : [12, 2];
  /** Channels, how many blocks, stride of the first. */
  const stages = isReal
    ? [
        [16, 1, 1],
        [24, 2, 2],
        [32, 3, 2],
        [64, 4, 2],
        [96, 3, 1],
        [160, 3, 2],
        [320, 1, 1],
      ]
    : [
        [4, 1, 1],
        [6, 2, 2],
      ];
  const block = (filters: number, strides: number, factor: number) => (x: Symbol) => {
    const wide =
      factor === 1 ? x : convBn(channelsOf(x) * factor, 1, 1, L.reLU({ maxValue: 6 }))(x);
    const y = through(wide, depthwiseBn(strides), convBn(filters, 1));
    return strides === 1 && channelsOf(x) === filters ? (L.add().apply([x, y]) as Symbol) : y;
  };
  return classifier([batch, 10], [side, side, 3], (x) => {
    let y = convBn(isReal ? 32 : 6, 3, 2, L.reLU({ maxValue: 6 }))(x);
    for (const [i, [filters, count, strides]] of stages.entries()) {
      for (let n = 0; n < count; n++) y = block(filters, n === 0 ? strides : 1, i === 0 ? 1 : 6)(y);
    }
    return through(
      convBn(isReal ? 1280 : 12, 1, 1, L.reLU({ maxValue: 6 }))(y),
      L.globalAveragePooling2d({}),
    );
  });
};

const resNet: Network = (size) => {
  const [side, batch, widths, depth] =
    size === "real" ? ([32, 32, [16, 32, 64], 3] as const) : ([8, 4, [4, 8], 1] as const);
  const block = (filters: number, strides: number) => (x: Symbol) => {
    const y = through(x, convBn(filters, 3, strides, L.reLU()), convBn(filters, 3));
    const shortcut = strides === 1 ? x : convBn(filters, 1, strides)(x);
    return through(L.add().apply([shortcut, y]) as Symbol, L.reLU());
  };
  return classifier([batch, 10], [side, side, 3], (x) => {
    let y = convBn(widths[0], 3, 1, L.reLU())(x);
    for (const [i, filters] of widths.entries()) {
      for (let n = 0; n < depth; n++) y = block(filters, i > 0 && n === 0 ? 2 : 1)(y);
    }
    return through(y, L.globalAveragePooling2d({}));
  });
};

const separable: Network = (size) => {
  const [side, batch, filters] = size === "real" ? [48, 32, 64] : [10, 4, 6];
  const pair = (count: number) => (x: Symbol) =>
    through(
      x,
      L.separableConv2d({ filters: count, kernelSize: 3, padding: "same", activation: "relu" }),
      L.batchNormalization({}),
      L.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    );
  return classifier([batch, 10], [side, side, 3], (x) =>
    through(
      convBn(filters >> 1, 3, 1, L.activation({ activation: "swish" }))(x),
      pair(filters),
      pair(filters * 2),
      L.globalMaxPooling2d({}),
    ),
  );
};

const uNet: Network = (size) => {
  const [side, batch, filters] = size === "real" ? [64, 8, 16] : [8, 2, 4];
  const inputs = tfl.input({ shape: [side, side, 3] });
  const twice = (count: number) => (x: Symbol) =>
    through(x, convBn(count, 3, 1, L.reLU()), convBn(count, 3, 1, L.reLU()));
  const down = (): Layer => L.maxPooling2d({ poolSize: 2, strides: 2 });
  const join = (a: Symbol, b: Symbol): Symbol => L.concatenate().apply([a, b]) as Symbol;
  const first = twice(filters)(inputs);
  const second = through(first, down(), twice(filters * 2));
  const third = through(second, down(), twice(filters * 4));
  const up = through(third, L.conv2dTranspose({ filters: filters * 2, kernelSize: 2, strides: 2 }));
  const fourth = twice(filters * 2)(join(second, up));
  const last = through(fourth, L.upSampling2d({ size: [2, 2], interpolation: "bilinear" }));
  const outputs = through(
    twice(filters)(join(first, last)),
    L.conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid" }),
  );
  const masks = tf.cast(tf.greater(uniform([batch, side, side, 1], 2), 0.2), "float32");
  const x = uniform([batch, side, side, 3], 1, 0, 1);
  return compiled(modelOf(inputs, outputs), x, masks, BINARY);
};

/** Heat maps of points by depthwise convolutions and nearest upsampling, as pose networks make them. */
const pose: Network = (size) => {
  // One image: cpu's gradient of nearest upsampling adds up other images of a batch.
  const [side, batch, filters] = size === "real" ? [96, 8, 32] : [16, 1, 6];
  const inputs = tfl.input({ shape: [side, side, 3] });
  const block = (count: number, strides: number) => (x: Symbol) =>
    through(x, depthwiseBn(strides, 5), convBn(count, 1, 1, L.prelu({ sharedAxes: [1, 2] })));
  const fine = through(inputs, convBn(filters, 3, 2, L.reLU()), block(filters, 1));
  const coarse = through(fine, block(filters * 2, 2), block(filters * 2, 1), block(filters, 1));
  const joined = L.add().apply([fine, through(coarse, L.upSampling2d({ size: [2, 2] }))]) as Symbol;
  const outputs = through(joined, block(filters, 1), L.conv2d({ filters: 17, kernelSize: 1 }));
  const maps = uniform([batch, side / 2, side / 2, 17], 2, 0, 1);
  const x = uniform([batch, side, side, 3], 1, 0, 1);
  return compiled(modelOf(inputs, outputs), x, maps, SQUARES);
};

/** A trained network of which only the new head learns. */
const transfer: Network = (size) => {
  const [side, batch, filters] = size === "real" ? [64, 32, 32] : [8, 4, 4];
  const inputs = tfl.input({ shape: [side, side, 3] });
  const block = (count: number) => (x: Symbol) =>
    through(
      x,
      convBn(count, 3, 1, L.reLU()),
      convBn(count, 3, 1, L.reLU()),
      L.maxPooling2d({ poolSize: 2 }),
    );
  const outputs = through(
    inputs,
    block(filters),
    block(filters * 2),
    L.globalAveragePooling2d({}),
    L.dense({ units: 10, activation: "softmax" }),
  );
  const base = modelOf(inputs, outputs);
  const model = replaceHead(base, { classNames: ["cat", "dog", "fox"], seed: 1 });
  const labels = tf.tensor1d(
    [...Array(batch).keys()].map((i) => i % 3),
    "float32",
  );
  const x = uniform([batch, side, side, 3], 1, 0, 1);
  return {
    forward: () => model.predict(x) as tf.Tensor,
    step: async () => [await model.trainOnBatch(x, labels)].flat()[0],
  };
};

/** Videos. */
const conv3d: Network = (size) => {
  const [side, batch, filters] = size === "real" ? [24, 4, 16] : [6, 2, 3];
  return classifier([batch, 10], [side >> 1, side, side, 3], (x) =>
    through(
      x,
      L.conv3d({ filters, kernelSize: 3, padding: "same", activation: "relu" }),
      L.maxPooling3d({ poolSize: [2, 2, 2], strides: [2, 2, 2] }),
      L.conv3d({ filters: filters * 2, kernelSize: 3, padding: "same", activation: "relu" }),
      L.averagePooling3d({ poolSize: [2, 2, 2], strides: [2, 2, 2], padding: "same" }),
      L.flatten(),
    ),
  );
};

// What makes images

const autoencoder: Network = (size) => {
  const [side, batch, filters] = size === "real" ? [32, 32, 32] : [8, 4, 4];
  const inputs = tfl.input({ shape: [side, side, 3] });
  const conv = (count: number): Layer =>
    L.conv2d({ filters: count, kernelSize: 3, strides: 2, padding: "same", activation: "elu" });
  const up = (count: number, activation: "elu" | "sigmoid"): Layer =>
    L.conv2dTranspose({ filters: count, kernelSize: 3, strides: 2, padding: "same", activation });
  const outputs = through(
    inputs,
    conv(filters),
    conv(filters * 2),
    up(filters, "elu"),
    up(3, "sigmoid"),
  );
  const x = uniform([batch, side, side, 3], 1, 0, 1);
  return compiled(modelOf(inputs, outputs), x, x, SQUARES);
};

const sequential = (...layers: Layer[]): tfl.Sequential => seeded(tfl.sequential({ layers }));
const apply = (model: tfl.LayersModel, x: tf.Tensor): tf.Tensor =>
  model.apply(x, { training: true }) as tf.Tensor;
const weightsOf = (...models: tfl.LayersModel[]): tf.Variable[] =>
  models.flatMap((model) => model.trainableWeights.map((weight) => weight.read() as tf.Variable));

/** Takes the loss of a step of one's own. */
async function minimized(
  optimizer: tf.Optimizer,
  loss: () => tf.Tensor,
  weights: tf.Variable[],
): Promise<number> {
  const value = optimizer.minimize(() => loss() as tf.Scalar, true, weights)!;
  const [number] = await value.data();
  value.dispose();
  return number;
}

/** With noise for its middle, and two losses. */
const vae: Network = (size) => {
  const [inputs, batch, hidden, latent] = size === "real" ? [784, 128, 256, 16] : [30, 8, 12, 3];
  const encoder = sequential(
    L.dense({ units: hidden, activation: "relu", inputShape: [inputs] }),
    L.dense({ units: 2 * latent }),
  );
  const decoder = sequential(
    L.dense({ units: hidden, activation: "relu", inputShape: [latent] }),
    L.dense({ units: inputs }),
  );
  const x = uniform([batch, inputs], 1, 0, 1);
  const noise = uniform([batch, latent], 2);
  const loss = (): tf.Tensor => {
    const [centre, logVariance] = tf.split(apply(encoder, x), 2, 1);
    const z = tf.add(centre, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    const error = tf.losses.sigmoidCrossEntropy(x, apply(decoder, z));
    const distance = tf.sub(tf.add(tf.square(centre), tf.exp(logVariance)), tf.add(logVariance, 1));
    return tf.add(error, tf.mul(tf.mean(distance), 0.5));
  };
  const optimizer = adam();
  return {
    forward: () =>
      decoder.predict(tf.slice(encoder.predict(x) as tf.Tensor, [0, 0], [-1, latent])) as tf.Tensor,
    step: () => minimized(optimizer, loss, weightsOf(encoder, decoder)),
  };
};

/** A generator and a discriminator, each with its step. */
const gan: Network = (size) => {
  const [side, batch, filters, noise] = size === "real" ? [28, 32, 32, 64] : [8, 4, 4, 6];
  const quarter = side / 4;
  const up = (count: number): Layer =>
    L.conv2dTranspose({ filters: count, kernelSize: 4, strides: 2, padding: "same" });
  const down = (count: number, more: object = {}): Layer =>
    L.conv2d({ filters: count, kernelSize: 4, strides: 2, padding: "same", ...more });
  const generator = sequential(
    L.dense({ units: quarter * quarter * filters * 2, inputShape: [noise] }),
    L.batchNormalization({}),
    L.reLU(),
    L.reshape({ targetShape: [quarter, quarter, filters * 2] }),
    up(filters),
    L.batchNormalization({}),
    L.reLU(),
    up(1),
    L.activation({ activation: "tanh" }),
  );
  const discriminator = sequential(
    down(filters, { inputShape: [side, side, 1] }),
    L.leakyReLU({ alpha: 0.2 }),
    down(filters * 2),
    L.leakyReLU({ alpha: 0.2 }),
    L.flatten(),
    L.dense({ units: 1 }),
  );
  const real = uniform([batch, side, side, 1], 1);
  const z = uniform([batch, noise], 2);
  const cost = (logits: tf.Tensor, label: number): tf.Tensor =>
    tf.losses.sigmoidCrossEntropy(tf.fill(logits.shape, label), logits);
  const [ofGenerator, ofDiscriminator] = [adam(), adam()];
  return {
    forward: () => discriminator.predict(generator.predict(z)) as tf.Tensor,
    step: async () => {
      const judged = (): tf.Tensor => {
        const fake = apply(generator, z);
        return tf.add(cost(apply(discriminator, real), 1), cost(apply(discriminator, fake), 0));
      };
      const fooled = (): tf.Tensor => cost(apply(discriminator, apply(generator, z)), 1);
      const first = await minimized(ofDiscriminator, judged, weightsOf(discriminator));
      return first + (await minimized(ofGenerator, fooled, weightsOf(generator)));
    },
  };
};

// Sequences

/** tfjs-layers' default calls methods of tensors that only the package of all packages has. */
const recurrentInitializer = "glorotUniform";

function text(
  size: Size,
  body: (x: Symbol, units: number) => Symbol,
  [length, batch] = size === "real" ? [64, 32] : [6, 4],
): Trainee {
  const [words, units] = size === "real" ? [10_000, 64] : [30, 8];
  const embed = L.embedding({ inputDim: words, outputDim: units });
  return classifier(
    [batch, 4],
    [length],
    (x) => body(through(x, embed), units),
    ids([batch, length], words),
  );
}

const lstmText: Network = (size) =>
  text(size, (x, units) =>
    through(
      x,
      L.bidirectional({
        layer: L.lstm({ units, recurrentInitializer }),
        mergeMode: "concat",
      }),
      L.dense({ units, activation: "relu" }),
    ),
  );

const gruSeries: Network = (size) => {
  const [length, batch, units] = size === "real" ? [48, 32, 64] : [5, 4, 6];
  const inputs = tfl.input({ shape: [length, 8] });
  const outputs = through(
    inputs,
    L.gru({ units, returnSequences: true, recurrentInitializer }),
    L.gru({ units, recurrentInitializer }),
    L.dense({ units: 1 }),
  );
  const x = uniform([batch, length, 8], 1);
  return compiled(modelOf(inputs, outputs), x, uniform([batch, 1], 2), SQUARES);
};

const conv1d: Network = (size) => {
  const [length, batch, filters] = size === "real" ? [128, 64, 64] : [16, 4, 6];
  const conv = (count: number): Layer =>
    L.conv1d({ filters: count, kernelSize: 5, padding: "same", activation: "relu" });
  return classifier([batch, 6], [length, 9], (x) =>
    through(
      x,
      conv(filters),
      L.maxPooling1d({ poolSize: 2 }),
      conv(filters * 2),
      L.batchNormalization({}),
      L.globalAveragePooling1d(),
    ),
  );
};

/** Attention of several heads, as a layer of a user's own. */
class Attention extends L.Layer {
  static readonly className = "AttentionOfBenchmarks";
  private readonly weightsByName = new Map<string, tfl.LayerVariable>();

  constructor(
    private readonly heads: number,
    private readonly way: "einsum" | "matMul",
  ) {
    super({});
  }

  override build([, , width]: number[]): void {
    for (const name of ["query", "key", "value", "output"]) {
      const shape = [this.heads, width, width / this.heads];
      const initializer = tfl.initializers.glorotUniform({ seed: 1 });
      this.weightsByName.set(name, this.addWeight(name, shape, "float32", initializer));
    }
    super.build([null, null, width]);
  }

  override computeOutputShape(shape: tfl.Shape): tfl.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = [inputs].flat()[0];
    const scale = Math.sqrt(this.heads / x.shape[2]!);
    const weight = (name: string): tf.Tensor => this.weightsByName.get(name)!.read();
    return tf.tidy(() => {
      if (this.way === "einsum") {
        const to = (name: string): tf.Tensor => tf.einsum("bld,hde->bhle", x, weight(name));
        const scores = tf.mul(tf.einsum("bhle,bhme->bhlm", to("query"), to("key")), scale);
        const mixed = tf.einsum("bhlm,bhme->bhle", tf.softmax(scores), to("value"));
        return tf.einsum("bhle,hde->bld", mixed, weight("output"));
      }
      const [batch, length, width] = x.shape;
      const flat = tf.reshape(x, [batch * length, width]);
      const matrix = (name: string): tf.Tensor =>
        tf.reshape(tf.transpose(weight(name), [1, 0, 2]), [width, width]);
      const to = (name: string): tf.Tensor =>
        tf.transpose(
          tf.reshape(tf.matMul(flat, matrix(name)), [batch, length, this.heads, -1]),
          [0, 2, 1, 3],
        );
      const scores = tf.mul(tf.matMul(to("query"), to("key"), false, true), scale);
      const mixed = tf.transpose(tf.matMul(tf.softmax(scores), to("value")), [0, 2, 1, 3]);
      const joined = tf.reshape(mixed, [batch * length, width]);
      return tf.reshape(tf.matMul(joined, matrix("output"), false, true), x.shape);
    });
  }
}

/** The place of each word, learned, added to what the word means. */
class Positions extends L.Layer {
  static readonly className = "PositionsOfBenchmarks";
  private places!: tfl.LayerVariable;

  override build([, length, width]: number[]): void {
    const initializer = tfl.initializers.glorotUniform({ seed: 2 });
    this.places = this.addWeight("places", [length, width], "float32", initializer);
    super.build([null, length, width]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.add([inputs].flat()[0], this.places.read());
  }
}

const transformer = (way: "einsum" | "matMul", size: Size): Trainee =>
  text(size, (x, units) => {
    let y = through(x, new Positions({}));
    for (let block = 0; block < 2; block++) {
      const attended = through(y, L.layerNormalization({}), new Attention(4, way));
      y = L.add().apply([y, attended]) as Symbol;
      const thought = through(
        y,
        L.layerNormalization({}),
        L.dense({ units: units * 4, activation: "gelu" }),
        L.dense({ units }),
      );
      y = L.add().apply([y, thought]) as Symbol;
    }
    return through(y, L.globalAveragePooling1d());
  });

/** By name; `peers/pytorch_networks.py` has the same architectures. */
export const NETWORKS: Readonly<Record<string, Network>> = {
  MLP: mlp,
  MobileNetV2: mobileNetV2,
  ResNet: resNet,
  "separable convolutions": separable,
  "U-Net": uNet,
  pose: pose,
  "transfer learning": transfer,
  Conv3D: conv3d,
  autoencoder,
  VAE: vae,
  GAN: gan,
  "LSTM text": lstmText,
  "GRU series": gruSeries,
  Conv1D: conv1d,
  transformer: (size) => transformer("matMul", size),
  // tfjs has no gradient of Einsum.
  "transformer by einsum": (size) => ({ forward: transformer("einsum", size).forward }),
};
