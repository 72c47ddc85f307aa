/** Layers, classes and states called like what every object has are like any others. */
import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import * as kit from "cifar-kit";
import { type Callback, ImageSet } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";

const NAMES = ["constructor", "toString", "__proto__", "hasOwnProperty"];
/** TensorFlow.js itself refuses a layer called `__proto__`. */
const LAYERS = ["constructor", "toString", "valueOf", "hasOwnProperty"];
const newFolder = temporaryFolders();
const { images, labels, imageShape } = tinyImages(12);
const set = new ImageSet({ images, labels, imageShape, classNames: NAMES });

function newModel(): LayersModel {
  const [conv, norm, flatten, dense] = LAYERS;
  const built = kit.withKerasLayers(
    sequential({
      layers: [
        layers.conv2d({ name: conv, filters: 2, kernelSize: 3, inputShape: [8, 8, 3] }),
        layers.batchNormalization({ name: norm }),
        layers.flatten({ name: flatten }),
        layers.dense({ name: dense, units: 4, activation: "softmax" }),
      ],
    }),
  );
  const loss = "sparseCategoricalCrossentropy";
  built.compile({ optimizer: kit.adam(), loss, metrics: ["accuracy"] });
  return built;
}

const outputs = (model: LayersModel): number[] =>
  tf.tidy(() => [...(model.predict(tf.ones([1, 8, 8, 3])) as tf.Tensor).dataSync()]);
const options = { train: set, validation: set, verbose: 0 } as const;

describe("layers called constructor, toString, valueOf, hasOwnProperty", () => {
  beforeAll(() => useBackend("wasm"));

  it.each(["keras2", "keras3"] as const)("stand in a summary (%s)", (style) => {
    const text = kit.modelSummary(newModel(), { style });
    for (const name of LAYERS) expect(text).toContain(name);
  });

  it("go on from a checkpoint, and have a hash", async () => {
    const checkpoint = { store: new MemoryStore() };
    const [whole, resumed] = [newModel(), newModel()];
    await kit.trainPhase(whole, { ...options, epochs: 1, checkpoint });
    await kit.trainPhase(resumed, { ...options, epochs: 1, checkpoint });
    expect(await kit.stateHash(resumed)).toBe(await kit.stateHash(whole));
  });

  it.each(["safetensors", "keras2", "keras3"] as const)(
    "keep their weights in %s",
    async (format) => {
      const [model, loaded] = [newModel(), newModel()];
      await kit.loadWeights(loaded, await kit.saveWeights(model, { format }));
      expect(outputs(loaded)).toEqual(outputs(model));
    },
  );

  it("are saved and loaded with their model", async () => {
    const model = newModel();
    const folder = newFolder();
    await model.save(fileSystemIO(folder));
    const loaded = await kit.loadModel(fileSystemIO(folder));
    expect(outputs(loaded)).toEqual(outputs(model));
  });
});

describe("classes with such names", () => {
  it("stand in reports, lists and pictures", async () => {
    const report = kit.classificationReport([0, 1, 2, 3], [0, 1, 2, 2], { targetNames: NAMES });
    const texts = [
      String(report),
      JSON.stringify(report),
      await kit.toSvg(kit.plotPredictions(set, { yPred: [...set.labels] })),
    ];
    for (const text of texts) for (const name of NAMES.slice(0, 3)) expect(text).toContain(name);
    const matrix = [
      [1, 2, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 4],
      [0, 0, 0, 1],
    ];
    const [first] = kit.mostConfused(matrix, { classNames: NAMES });
    expect(JSON.stringify(first)).toContain('"__proto__"');
  });
});

describe("callbacks", () => {
  beforeAll(() => useBackend("wasm"));

  it("get back a state with such keys", async () => {
    const saved = '{"constructor":6,"toString":[1]}';
    const checkpoint = { store: new MemoryStore() };
    const seen: string[] = [];
    const callback = (): Callback => ({
      getState: () => JSON.parse(saved) as never,
      setState: (state) => {
        seen.push(JSON.stringify(state));
      },
    });
    const stop: Callback = {
      onEpochBegin: (epoch) => {
        if (epoch === 1) throw new Error("stop");
      },
    };
    const begun = kit.trainPhase(newModel(), {
      ...{ ...options, epochs: 2, checkpoint },
      callbacks: [callback(), stop],
    });
    await expect(begun).rejects.toThrow("stop");
    await kit.trainPhase(newModel(), {
      ...{ ...options, epochs: 2, checkpoint },
      callbacks: [callback()],
    });
    expect(seen.map((text) => Object.entries(JSON.parse(text) as object))).toEqual([
      Object.entries(JSON.parse(saved) as object),
    ]);
  });

  it("miss a value of such a name in the logs", async () => {
    const warnings: unknown[] = [];
    const { warn } = console;
    console.warn = (text: unknown) => warnings.push(text);
    try {
      const callbacks = [kit.earlyStopping({ monitor: "constructor", mode: "max" })];
      await kit.trainPhase(newModel(), { ...options, epochs: 1, callbacks });
    } finally {
      console.warn = warn;
    }
    expect(warnings).toEqual([expect.stringContaining("the logs lack constructor")]);
    const named = kit.modelCheckpoint({ filepath: "{toString}", save: () => undefined });
    const run = kit.trainPhase(newModel(), { ...options, epochs: 1, callbacks: [named] });
    await expect(run).rejects.toThrow(/toString/);
  });
});
