/** `model.predict`, repeated by the simd backend. */
import * as tf from "@tensorflow/tfjs-core";
import {
  input,
  layers,
  type LayersModel,
  model as modelOf,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { trainPhase, withKerasLayers } from "cifar-kit";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { random, useSimd } from "../simd/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const replayed = (): number =>
  (tf.backend() as unknown as { replays: { replayed: number } }).replays.replayed;

const bytes = (): number =>
  (tf.memory() as unknown as { numBytesInLinearMemory: number }).numBytesInLinearMemory;

const images = (n: number, seed = 1): tf.Tensor4D => random([n, 8, 8, 3], { seed });

/** What a model says of images, and what its class says by asking the layers. */
function both(model: LayersModel, x: tf.Tensor, args = {}): [number[], number[]] {
  return tf.tidy(() => {
    const stock = Object.getPrototypeOf(model) as LayersModel;
    const eager = stock.predict.call(model, x, args) as tf.Tensor;
    const y = model.predict(x, args) as tf.Tensor;
    return [[...y.dataSync()], [...eager.dataSync()]];
  });
}

describe("predict of a model", () => {
  beforeAll(async () => {
    await useSimd({ threads: 2 });
    // What repeats is loaded with the first call of all.
    const model = tinyModel();
    tf.tidy(() => model.predict(images(1)));
    await vi.dynamicImportSettled();
    model.dispose();
  });

  it("is repeated from the fifth call on, for any data and weights", async () => {
    const model = tinyModel({ seed: 1 });
    const before = replayed();
    for (let call = 0; call < 8; call++) {
      const [y, eager] = both(model, images(3, call));
      expect(y).toEqual(eager);
    }
    expect(replayed() - before).toBe(4);
    await trainPhase(model, { train: tinyImages(8), batchSize: 8, epochs: 1, verbose: 0 });
    const trained = replayed();
    const [y, eager] = both(model, images(3, 1));
    expect(y).toEqual(eager);
    expect(replayed() - trained).toBe(1);
    model.dispose();
  });

  it("has results that stay, whatever is computed later", () => {
    const model = tinyModel({ seed: 1 });
    const results = [1, 2, 3, 4, 5, 6, 7].map(
      (seed) => model.predict(images(1, seed)) as tf.Tensor,
    );
    const values = results.map((result) => [...result.dataSync()]);
    const eager = [1, 2, 3, 4, 5, 6, 7].map((seed) => [
      ...(model.predictOnBatch(images(1, seed)) as tf.Tensor).dataSync(),
    ]);
    expect(values).toEqual(eager);
    model.dispose();
  });

  it("follows batches of other sizes, and their cuts", () => {
    const model = tinyModel({ seed: 1 });
    for (const [n, batchSize] of [...Array<number[]>(6).fill([5]), [3], [5, 2], [5, 2], [5], [2]]) {
      const [y, eager] = both(model, images(n), { batchSize });
      expect(y).toEqual(eager);
    }
    model.dispose();
  });

  it("is computed by the layers where one is changed", () => {
    const model = tinyModel({ seed: 1 });
    for (let call = 0; call < 6; call++) both(model, images(2));
    const [layer] = model.layers.filter((one) => one.getClassName() === "BatchNormalization");
    layer.call = (x) => tf.zerosLike([x].flat()[0]);
    const [y, eager] = both(model, images(2));
    expect(y).toEqual(eager);
    model.dispose();
  });

  it("gives several outputs of several inputs", () => {
    const [a, b] = [input({ shape: [4] }), input({ shape: [5] })];
    const dense = (units: number, x: SymbolicTensor): SymbolicTensor =>
      layers.dense({ units }).apply(x) as SymbolicTensor;
    const model = withKerasLayers(modelOf({ inputs: [a, b], outputs: [dense(2, a), dense(3, b)] }));
    const x = [random([2, 4], { seed: 1 }), random([2, 5], { seed: 2 })];
    const eager = (model.predictOnBatch(x) as tf.Tensor[]).map((y) => [...y.dataSync()]);
    for (let call = 0; call < 6; call++) {
      const y = model.predict(x) as tf.Tensor[];
      expect(y.map((one) => [...one.dataSync()])).toEqual(eager);
    }
    model.dispose();
  });

  it("says what the layers say of wrong data, and of a model that is gone", () => {
    const model = tinyModel({ seed: 1 });
    for (let call = 0; call < 6; call++) both(model, images(2));
    expect(() => model.predict(tf.zeros([2, 9, 9, 3]))).toThrow(/shape/);
    model.dispose();
    expect(() => model.predict(images(2))).toThrow(/disposed/);
  });

  it("leaves nothing behind when the model goes", () => {
    const use = (): void => {
      const model = tinyModel({ seed: 1 });
      tf.tidy(() => {
        for (let call = 0; call < 6; call++) model.predict(images(2));
      });
      model.dispose();
    };
    use();
    const before = [tf.memory().numTensors, bytes()];
    use();
    expect([tf.memory().numTensors, bytes()]).toEqual(before);
  });
});
