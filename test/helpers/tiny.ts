/** A network and images small enough that whole training runs fit into unit tests. */
import { initializers, layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import {
  buildCifarModel,
  type CifarModelOptions,
  ImageSet,
  randomStream,
  withKerasLayers,
} from "cifar-kit";

/** Noise of 8 x 8 pixels with one channel brightened: its class. */
export function tinyImages(n: number, seed = 1): ImageSet {
  const rng = randomStream(seed, "tiny images");
  const images = new Uint8Array(n * 192);
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 3);
  for (let i = 0; i < images.length; i++) {
    const brightened = i % 3 === labels[Math.floor(i / 192)];
    images[i] = rng.integer(156) + (brightened ? 100 : 0);
  }
  return new ImageSet({
    images,
    labels,
    imageShape: [8, 8, 3],
    classNames: ["red", "green", "blue"],
  });
}

/** The notebook's architecture with two small blocks. */
export function tinyModel(options: CifarModelOptions = {}): LayersModel {
  return buildCifarModel({
    inputShape: [8, 8, 3],
    numClasses: 3,
    filters: [4, 8],
    denseUnits: 16,
    ...options,
  });
}

/** A classifier made of two models with a dense layer each; by default both have the same name. */
export function twins(other = "dense"): LayersModel {
  const first = layers.dense({ name: "dense", units: 4 });
  const second = layers.dense({ name: other, units: 3, inputShape: [4], activation: "softmax" });
  const flatten = layers.flatten({ inputShape: [8, 8, 3] });
  return sequential({
    layers: [sequential({ layers: [flatten, first] }), sequential({ layers: [second] })],
  });
}

/** A network that takes images of any size. */
export function pooledModel(size = 8): LayersModel {
  const model = withKerasLayers(
    sequential({
      layers: [
        layers.conv2d({
          ...{ inputShape: [size, size, 3], filters: 4, kernelSize: 3, padding: "same" },
          kernelInitializer: initializers.glorotUniform({ seed: 1 }),
        }),
        layers.globalMaxPooling2d({}),
        layers.dense({
          ...{ units: 3, activation: "softmax" },
          kernelInitializer: initializers.glorotUniform({ seed: 2 }),
        }),
      ],
    }),
  );
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}
