import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildCifarModel, loadModel, trainPhase, trainTwoPhase, withKerasLayers } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));
afterEach(() => {
  tf.disposeVariables();
});

const weightsOf = (m: tfl.LayersModel): number[][] =>
  m.getWeights().map((w) => Array.from(w.dataSync()));
const count = (weights: tfl.LayerVariable[]): number =>
  weights.reduce((sum, w) => sum + w.shape.reduce<number>((n, size) => n * (size ?? 1), 1), 0);
const QUIET = { verbose: 0 } as const;

/** Keeps a saved model in memory, as a file would. */
function memory(): tf.io.IOHandler {
  let saved: tf.io.ModelArtifacts | undefined;
  return {
    save: (artifacts) => {
      saved = structuredClone(artifacts);
      return Promise.resolve({
        modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts),
      });
    },
    load: () => Promise.resolve(structuredClone(saved!)),
  };
}

describe("buildCifarModel", () => {
  it("has the notebook's layers, names and 2,397,226 parameters, 2,396,330 of them trainable", () => {
    const model = buildCifarModel();
    expect(model.countParams()).toBe(2_397_226);
    expect(count(model.trainableWeights)).toBe(2_396_330);
    expect(model.layers.map(({ name }) => name)).toEqual(
      "input_1 conv2d batch_normalization conv2d_1 batch_normalization_1 max_pooling2d conv2d_2 batch_normalization_2 conv2d_3 batch_normalization_3 max_pooling2d_1 conv2d_4 batch_normalization_4 conv2d_5 batch_normalization_5 max_pooling2d_2 flatten dropout dense dropout_1 dense_1".split(
        " ",
      ),
    );
    model.dispose();
  });

  it("starts from Keras's glorot uniform: inside the limits, and filling them", () => {
    const model = buildCifarModel({ seed: 3 });
    // sqrt(6 / (fan in + fan out)) of each kernel.
    const limits = [0.138013, 0.102062, 0.083333, 0.072169, 0.058926, 0.051031, 0.044194, 0.076176];
    const kernels = model.weights.filter(({ originalName }) => originalName.endsWith("/kernel"));
    kernels.forEach((kernel, i) => {
      const values = kernel.read().dataSync<"float32">();
      const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(limits[i] * (1 + 1e-5));
      expect(largest).toBeGreaterThan(limits[i] * 0.98);
      const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      // A uniform distribution has variance limit^2 / 3; the bound is five standard errors.
      const relative = meanSquare / (limits[i] ** 2 / 3) - 1;
      expect(Math.abs(relative)).toBeLessThan(5 * Math.sqrt(0.8 / values.length));
    });
    model.dispose();
  });

  it("gives the same weights for the same seed, 0 included, and others for another", () => {
    const weights = [0, 0, 1].map((seed) => {
      const model = tinyModel({ seed });
      const values = weightsOf(model);
      model.dispose();
      return values;
    });
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
  });

  it("refuses an optimizer that it would not take, and filters with holes", () => {
    const build = (options: object) => () => buildCifarModel(options);
    expect(build({ compile: false, optimizer: "sgd" })).toThrow(/with compile: false, got one/);
    expect(build({ compile: false, learningRate: 1 })).toThrow(/with compile: false, got one/);
    expect(build({ optimizer: { applyGradients: 3 } })).toThrow(/to be an optimizer or the name/);
    expect(build({ filters: new Array(1) })).toThrow(/filters\[0\] to be a whole number/);
  });

  it("is an ordinary model: predict, fit, trainOnBatch, evaluate and summary work, and nothing leaks", async () => {
    const before = tf.memory().numTensors;
    const model = tinyModel();
    const xs = tf.randomUniform([12, 8, 8, 3]);
    const ys = tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    const probabilities = model.predict(xs) as tf.Tensor;
    expect(probabilities.shape).toEqual([12, 3]);
    const { history } = await model.fit(xs, ys, { epochs: 2, batchSize: 6 });
    expect(Object.keys(history).sort()).toEqual(["acc", "loss"]);
    await model.trainOnBatch(xs, ys);
    tf.dispose(model.evaluate(xs, ys));
    const lines: string[] = [];
    model.summary(undefined, undefined, (line: string) => lines.push(line));
    expect(lines.join("\n")).toContain("batch_normalization");
    tf.dispose([xs, ys, probabilities]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("saving and loading", () => {
  it("keeps the stock class names, so that plain tfjs loads the model and predicts the same", async () => {
    const model = tinyModel();
    await trainPhase(model, { train: tinyImages(32), epochs: 1, ...QUIET });
    const store = memory();
    await model.save(store, { includeOptimizer: true });
    const stock = await tfl.loadLayersModel(store);
    const xs = tf.randomUniform([4, 8, 8, 3]);
    const [ours, theirs] = [model, stock].map((m) => (m.predict(xs) as tf.Tensor).dataSync());
    expect(theirs).toEqual(ours);
    expect(stock.layers.map((l) => l.getClassName())).toEqual(
      model.layers.map((l) => l.getClassName()),
    );
    expect(stock.optimizer.getClassName()).toBe("Adam");
    expect(model.optimizer.getConfig()).toMatchObject(stock.optimizer.getConfig());
    [model, stock].forEach((m) => m.dispose());
    xs.dispose();
  });

  it("goes on training as if nothing had happened", async () => {
    const train = tinyImages(96);
    const options = { dropoutRate: 0.4, seed: 5 };
    const phase = (seed: number) => ({ train, epochs: 2, batchSize: 16, seed, ...QUIET });
    const straight = tinyModel(options);
    await trainPhase(straight, phase(1));
    const historyStraight = await trainPhase(straight, phase(2));

    const first = tinyModel(options);
    await trainPhase(first, phase(1));
    const store = memory();
    await first.save(store, { includeOptimizer: true });
    first.dispose();
    const second = await loadModel(store);
    const historySecond = await trainPhase(second, phase(2));

    expect(historySecond.loss).toEqual(historyStraight.loss);
    expect(weightsOf(second)).toEqual(weightsOf(straight));
    const moments = async (m: tfl.LayersModel) =>
      (await m.optimizer.getWeights()).map(({ tensor }) => Array.from(tensor.dataSync()));
    expect(await moments(second)).toEqual(await moments(straight));
    [straight, second].forEach((m) => m.dispose());
  });

  it("leaves another optimizer than Adam as it was", async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile({ optimizer: tf.train.sgd(0.25), loss: "meanSquaredError" });
    const store = memory();
    await model.save(store, { includeOptimizer: true });
    const loaded = await loadModel(store);
    expect(loaded.optimizer.getClassName()).toBe("SGD");
    expect(loaded.optimizer.getConfig()).toEqual({ learningRate: 0.25 });
  });

  it("disposes everything with the loaded model", async () => {
    const model = tinyModel();
    await trainPhase(model, { train: tinyImages(32), epochs: 1, ...QUIET });
    const store = memory();
    await model.save(store, { includeOptimizer: true });
    model.dispose();
    const before = tf.memory().numTensors;
    const loaded = await loadModel(store);
    loaded.dispose();
    const again = await loadModel(store);
    await trainPhase(again, { train: tinyImages(32), epochs: 1, ...QUIET });
    again.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("layers with Keras's behaviour", () => {
  it("a frozen BatchNormalization infers in training and leaves its statistics alone", () => {
    const layer = tfl.layers.batchNormalization({ inputShape: [4, 4, 2] });
    const model = withKerasLayers(tfl.sequential({ layers: [layer] }));
    layer.trainable = false;
    const x = tf.randomUniform<tf.Rank.R4>([3, 4, 4, 2], 5, 6);
    const training = (model.apply(x, { training: true }) as tf.Tensor).dataSync();
    const inference = (model.predict(x) as tf.Tensor).dataSync();
    expect(training).toEqual(inference);
    expect(Array.from(layer.getWeights()[2].dataSync())).toEqual([0, 0]);
  });

  it.each([
    { center: false, scale: true },
    { center: true, scale: false },
    { center: false, scale: false },
  ])("BatchNormalization trains with $center and $scale", async (args) => {
    const model = withKerasLayers(
      tfl.sequential({
        layers: [
          tfl.layers.batchNormalization({ inputShape: [6], ...args }),
          tfl.layers.dense({ units: 2, activation: "softmax" }),
        ],
      }),
    );
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const x = tf.randomUniform([8, 6], 3, 9);
    const normalised = model.layers[0].apply(x, { training: true }) as tf.Tensor;
    expect(Math.abs(tf.mean(normalised).dataSync()[0])).toBeLessThan(1e-5);
    const loss = await model.trainOnBatch(x, tf.tensor1d([0, 1, 0, 1, 0, 1, 0, 1]));
    expect(Number.isFinite(loss)).toBe(true);
  });

  it.each([
    { shape: [3, 2], axis: 1 },
    { shape: [3, 4, 2], axis: 1, scale: false },
    { shape: [3, 4, 2], axis: -2, center: false },
    { shape: [3, 4, 2], axis: 3 },
    { shape: [2, 3, 2, 2], axis: -1 },
    { shape: [2, 3, 2, 2], axis: 2 },
  ])("BatchNormalization in use takes the statistics of its axis: %j", ({ shape, ...args }) => {
    const layer = tfl.layers.batchNormalization({ inputShape: shape, epsilon: 0.5, ...args });
    const model = withKerasLayers(tfl.sequential({ layers: [layer] }));
    const axis = args.axis < 0 ? args.axis + shape.length : args.axis - 1;
    const weights = model
      .getWeights()
      .map((_, i) => Float32Array.of(1, 3, -2, 5).map((v) => v ** 2 + i));
    model.setWeights(weights.map((w) => tf.tensor1d(w.subarray(0, shape[axis]))));
    const named = new Map(model.weights.map((w, i) => [w.originalName.split("/")[1], weights[i]]));
    const of = (name: string, at: number, otherwise: number): number =>
      named.get(name)?.[at] ?? otherwise;

    const x = tf.randomNormal([2, ...shape]);
    const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
    const expected = Array.from(x.dataSync(), (value, i) => {
      const at = Math.floor(i / inner) % shape[axis];
      const scaled =
        (value - of("moving_mean", at, 0)) / Math.sqrt(of("moving_variance", at, 1) + 0.5);
      return scaled * of("gamma", at, 1) + of("beta", at, 0);
    });
    // Terms of up to about 30 may cancel, each rounded to float32.
    expectClose((model.predict(x) as tf.Tensor).dataSync(), expected, { rtol: 1e-5, atol: 1e-5 });
  });

  it("BatchNormalization takes a handful of operations backwards", async () => {
    const operations = async (keras: boolean): Promise<number> => {
      const model = tfl.sequential({
        layers: [tfl.layers.batchNormalization({ inputShape: [8, 8, 4] })],
      });
      if (keras) withKerasLayers(model);
      const x = tf.randomUniform<tf.Rank.R4>([2, 8, 8, 4]);
      const forward = (input: tf.Tensor) => model.apply(input, { training: true }) as tf.Tensor;
      const kernels = async (f: () => tf.Tensor): Promise<number> =>
        (await tf.profile(f)).kernels.length;
      return (await kernels(() => tf.grad(forward)(x))) - (await kernels(() => forward(x)));
    };
    const [ours, stock] = [await operations(true), await operations(false)];
    expect(ours).toBeLessThan(stock / 2);
  });

  it("Dropout draws a fresh mask each step, the same ones for the same seed", () => {
    const masks = (seed: number): string[] => {
      const layer = tfl.layers.dropout({ rate: 0.5, seed, inputShape: [200] });
      const model = withKerasLayers(tfl.sequential({ layers: [layer] }));
      return Array.from({ length: 5 }, () =>
        (model.apply(tf.ones([1, 200]), { training: true }) as tf.Tensor).dataSync().join(""),
      );
    };
    const first = masks(4);
    expect(new Set(first).size).toBe(5);
    expect(masks(4)).toEqual(first);
    expect(masks(5)).not.toEqual(first);
  });

  it("Dropout drops its share, scales the rest by 1 / (1 - rate) and lets inference through", () => {
    const layer = tfl.layers.dropout({ rate: 0.2, seed: 1, inputShape: [50_000] });
    const model = withKerasLayers(tfl.sequential({ layers: [layer] }));
    const x = tf.ones([1, 50_000]);
    const dropped = (model.apply(x, { training: true }) as tf.Tensor).dataSync();
    const zeros = dropped.filter((value) => value === 0).length;
    // Five standard deviations of a binomial count.
    expect(Math.abs(zeros - 10_000)).toBeLessThan(5 * Math.sqrt(50_000 * 0.2 * 0.8));
    expect(new Set(dropped)).toEqual(new Set([0, 1.25]));
    expect((model.predict(x) as tf.Tensor).dataSync()).toEqual(x.dataSync());
  });

  it("two models in one process do not disturb each other", async () => {
    const train = tinyImages(32);
    const alone = tinyModel({ seed: 1 });
    const expected = await trainTwoPhase(alone, { train, epochs: [1, 1], ...QUIET });
    const [one, two] = [tinyModel({ seed: 1 }), tinyModel({ seed: 1 })];
    const [a, b] = await Promise.all(
      [one, two].map((m) => trainTwoPhase(m, { train, epochs: [1, 1], ...QUIET })),
    );
    expect(a.all.loss).toEqual(expected.all.loss);
    expect(b.all.loss).toEqual(expected.all.loss);
  });
});

describe("batchNormMomentum", () => {
  it("is that of every batch normalisation; Keras's 0.99 by default", () => {
    for (const batchNormMomentum of [undefined, 0.9]) {
      const momenta = tinyModel({ batchNormMomentum })
        .layers.filter((layer) => layer.getClassName() === "BatchNormalization")
        .map((layer) => layer.getConfig().momentum);
      expect(momenta).toEqual(Array.from({ length: 4 }, () => batchNormMomentum ?? 0.99));
    }
  });
});

describe("bad options are refused", () => {
  it.each([
    [{ seeds: 1 }, /did you mean seed/],
    [{ inputShape: [4, 32, 3] }, /images of at least 8 x 8 pixels/],
    [{ inputShape: [32, 32] }, /\[height, width, channels\]/],
    [{ numClasses: 1 }, /numClasses/],
    [{ filters: [] }, /filters/],
    [{ filters: [0] }, /filters\[0\]/],
    [{ denseUnits: 1.5 }, /denseUnits/],
    [{ dropoutRate: -0.1 }, /dropoutRate/],
    [{ batchNormMomentum: 1 }, /batchNormMomentum to be a finite number in \[0, 1\)/],
    [{ batchNormMomentum: "0.9" }, /batchNormMomentum/],
    [{ seed: NaN }, /seed/],
    [{ compile: "yes" }, /compile to be true or false/],
    [{ learningRate: 0 }, /learningRate/],
    // Before anything of it is allocated.
    [{ denseUnits: 1e12 }, /at most 268435456 weights .* got 20\d+/],
    [{ filters: [1e9] }, /weights/],
    [{ numClasses: 1e9 }, /weights/],
    [{ inputShape: [1e6, 1e6, 3] }, /weights/],
    [{ inputShape: [8, 8, 1e9], filters: [1] }, /weights/],
    [{ filters: Array(1e6).fill(1) }, /at most 30 blocks/],
  ])("%o", (options, message) => {
    expect(() => buildCifarModel(options as never)).toThrow(message);
  });
});
