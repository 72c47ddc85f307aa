/** Runs of a few steps, for the trials of advice about training. */
import * as tf from "@tensorflow/tfjs-core";
import { array } from "@tensorflow/tfjs-data";
import { type LayersModel, layers, sequential } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import type { Batch, Callback, Flow } from "cifar-kit";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { flowLike } from "../../helpers/user-flow.ts";

export const set = tinyImages(12);
export const generator = new kit.ImageDataGenerator({});
/** Weights that take a loss beyond all numbers. */
export const heavy = new Float32Array(12).fill(3e38);

export const train = (options: object = {}, model = tinyModel()): Promise<unknown> =>
  kit.trainPhase(model, { train: set, verbose: 0, epochs: 1, ...options });

export const twoPhase = (options: object = {}): Promise<unknown> =>
  kit.trainTwoPhase(tinyModel(), { train: set, verbose: 0, epochs: [1, 1], ...options });

export const withCallback = (callback: Callback, options: object = {}): Promise<unknown> =>
  train({ callbacks: [callback], ...options });

/** A pipeline of one batch with something of it changed. */
export function pipeline(change: object = {}): never {
  const data = {
    xs: tf.randomUniform([set.length, 8, 8, 3], 0, 1, "float32", 1),
    ys: tf.tensor1d(Array.from(set.labels)),
    ...change,
  };
  return array([data as never]) as never;
}

export const piped = (change: object = {}, options: object = {}): Promise<unknown> =>
  train({ train: pipeline(change), ...options });

/** A flow of the user's with something of it, or of its batches, changed. */
export const flow = (outline: object = {}, change?: (batch: Batch) => object): Flow =>
  flowLike(kit.imageFlow(set, { batchSize: 4 }), outline, change);

export function compiled(layer: layers.Layer[], loss: string): LayersModel {
  const model = sequential({ layers: layer });
  model.compile({ optimizer: "sgd", loss, metrics: ["accuracy"] });
  return model;
}

export const dense = (activation: "linear" | "softmax", loss = "sparseCategoricalCrossentropy") =>
  compiled(
    [
      layers.flatten({ inputShape: [8, 8, 3] }),
      layers.dense({ units: 3, activation, kernelInitializer: "ones", biasInitializer: "ones" }),
    ],
    loss,
  );
