import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayersModel, loadLayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  buildCifarModel,
  classNamesOf,
  evaluate,
  ImageSet,
  loadModel,
  loadWeights,
  predict,
  readSafetensors,
  saveWeights,
  train,
  trainPhase,
  writeSafetensors,
} from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const set = tinyImages(24);
const RGB = ["red", "green", "blue"];
const SMALL = { filters: [4, 8], denseUnits: 16 };
const named = (): LayersModel => buildCifarModel({ for: set, ...SMALL });

describe("class names of a model", () => {
  it("come from the images that it is for, with their shape", () => {
    const model = named();
    expect(classNamesOf(model)).toEqual(RGB);
    expect(model.inputs[0].shape).toEqual([null, 8, 8, 3]);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    model.dispose();
  });

  it("are as many as the outputs, or refused, and agree with what is said besides", () => {
    const build = (options: object) => () => buildCifarModel({ ...SMALL, ...options });
    expect(build({ for: set, numClasses: 4 })).toThrow(
      "buildCifarModel: expected numClasses as other options have it, 3, got 4; leave numClasses out, or correct it.",
    );
    expect(build({ for: set, inputShape: [8, 8, 1] })).toThrow(
      /inputShape as other options have it, \[8, 8, 3\], got \[8, 8, 1\]/,
    );
    expect(build({ for: set, classNames: ["a", "b", "c"] })).toThrow(/classNames as other options/);
    expect(build({ classNames: ["a", "b"], numClasses: 3 })).toThrow(/numClasses .*, 2, got 3/);
    const one =
      /expected at least two classes, got \["(a|red)"\]; have images and classNames of another/;
    expect(build({ classNames: ["a"] })).toThrow(one);
    expect(build({ for: set.withClasses(["red"]) })).toThrow(one);
    expect(build({ classNames: [1, 2] })).toThrow(/classNames to be a list of class names/);
    expect(build({ for: [] })).toThrow(/for to be an ImageSet/);
    expect(build({ for: { imageShape: [8, 8, 3], classNames: [1, 2] } })).toThrow(/an ImageSet/);
    const joined = { for: { imageShape: [8, 8, 3], classNames: ["a,b", "c"] } };
    expect(build({ ...joined, classNames: ["a", "b,c"] })).toThrow(/classNames as other options/);
    expect(build({ classNames: ["a", "b", "a"] })).toThrow(
      /classNames that differ from each other/,
    );
    const agreeing = { for: set, inputShape: [8, 8, 3], numClasses: 3, classNames: RGB } as const;
    expect(classNamesOf(buildCifarModel({ ...SMALL, ...agreeing }))).toEqual(RGB);
  });

  it("of a model of one's own are what its metadata say, if that fits its outputs", () => {
    const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
    expect(classNamesOf(model)).toBeUndefined();
    model.setUserDefinedMetadata({ classNames: ["cat", "dog"] });
    expect(classNamesOf(model)).toEqual(["cat", "dog"]);
    (classNamesOf(model) as string[]).reverse();
    expect(classNamesOf(model)).toEqual(["cat", "dog"]);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const classNames of ["cat, dog", [1, 2], ["cat"], ["cat"]]) {
      model.setUserDefinedMetadata({ classNames });
      expect(classNamesOf(model)).toBeUndefined();
    }
    expect(warn.mock.calls).toEqual([
      [
        "classNamesOf: the model has 2 outputs but 1 classNames in its metadata: they count as none until " +
          "model.setUserDefinedMetadata({ classNames }) corrects them",
      ],
    ]);
    warn.mockRestore();
    expect(() => classNamesOf({} as never)).toThrow(/classNamesOf: expected a tf.LayersModel/);
  });

  it.each(["keras3", "keras2"] as const)(
    "come back from HDF5 files whatever characters they have: %s",
    async (format) => {
      const odd = ["a\u0000", "\ud800x", "\ufeffy", "\u00fc", "\u{1f600}", 'q"\\', ""];
      const build = (options: object): LayersModel =>
        tinyModel({ numClasses: odd.length, ...options });
      const other = build({});
      await loadWeights(other, await saveWeights(build({ classNames: odd }), { format }));
      expect(classNamesOf(other)).toEqual(odd);
    },
  );

  it("are given by predict and evaluate, before those of the images", async () => {
    const model = buildCifarModel({ ...SMALL, inputShape: [8, 8, 3], classNames: ["a", "b", "c"] });
    expect((await predict(model, set.images)).classNames).toEqual(["a", "b", "c"]);
    expect((await predict(model, set)).classNames).toEqual(["a", "b", "c"]);
    expect((await evaluate(model, set)).classNames).toEqual(["a", "b", "c"]);
    expect((await evaluate(tinyModel(), set)).classNames).toEqual(RGB);
    model.dispose();
  });

  it("are named once where a model is measured on classes none of which it knows", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = buildCifarModel({ ...SMALL, inputShape: [8, 8, 3], classNames: ["a", "b", "c"] });
    await evaluate(model, set);
    await evaluate(model, set);
    expect(warn.mock.calls).toEqual([
      [
        "evaluate: of the images' classes, red, green, blue, the model knows none; its own, a, b, c, stand for them in the order of the labels",
      ],
    ]);
    model.setUserDefinedMetadata({ classNames: ["a", "b", "blue"] });
    await evaluate(model, set);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
    model.dispose();
  });

  it("are not learned anew: images of other classes altogether need another head", async () => {
    const model = buildCifarModel({ ...SMALL, inputShape: [8, 8, 3], classNames: ["a", "b", "c"] });
    const options = { train: set, epochs: 1, verbose: 0 } as const;
    await expect(trainPhase(model, options)).rejects.toThrow(
      /images of the model's classes, a, b, c, got of red, green, blue, none of which it knows; replaceHead/,
    );
    model.setUserDefinedMetadata({ classNames: ["rot", "green", "blau"] });
    await trainPhase(model, options);
    model.dispose();
  });

  it("keep images from being measured or learned under other labels", async () => {
    const model = named();
    const turned = set.withClasses(["green", "red", "blue"]);
    const message = /expected the model's label for "green", 1, got 0 in the images; put the/;
    await expect(evaluate(model, turned)).rejects.toThrow(message);
    await expect(trainPhase(model, { train: turned, epochs: 1 })).rejects.toThrow(message);
    expect((await predict(model, turned)).classNames).toEqual(RGB);
    const { yTrue } = await evaluate(model, turned.withClasses(classNamesOf(model)!));
    expect(yTrue).toEqual((await evaluate(model, set)).yTrue);
    // Of a set that lacks some of the model's classes.
    const some = set.withClasses(["green", "blue"]);
    await expect(evaluate(model, some)).rejects.toThrow(/number the images as the model does: new/);
    const labels = some.labels.map((label) => RGB.indexOf(some.classNames[label]));
    const numbered = new ImageSet({
      images: some.images,
      labels,
      imageShape: some.imageShape,
      classNames: RGB,
    });
    expect(new Set((await evaluate(model, numbered)).yTrue)).toEqual(new Set([1, 2]));
    model.dispose();
  });
});

describe("class names in files", () => {
  it("are saved and loaded with the model, beside metadata of the user's own", async () => {
    const folder = await mkdtemp(join(tmpdir(), "class-names-"));
    const model = named();
    model.setUserDefinedMetadata({ ...model.getUserDefinedMetadata(), mine: 1 });
    await model.save(fileSystemIO(folder), { includeOptimizer: true });
    const loaded = await loadModel(fileSystemIO(folder));
    expect(classNamesOf(loaded)).toEqual(RGB);
    expect(loaded.getUserDefinedMetadata()).toEqual({ classNames: RGB, mine: 1 });
    const stock = await loadLayersModel(fileSystemIO(folder));
    expect(classNamesOf(stock)).toEqual(RGB);
    await rm(folder, { recursive: true });
  });

  it("of another number than the outputs are no reason not to load the model", async () => {
    const folder = await mkdtemp(join(tmpdir(), "class-names-"));
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = named();
    model.setUserDefinedMetadata({ classNames: ["a", "b"] });
    await model.save(fileSystemIO(folder));
    const loaded = await loadModel(fileSystemIO(folder));
    expect(classNamesOf(loaded)).toBeUndefined();
    // They come with the weights that they are of.
    const other = named();
    const { tensors, metadata } = readSafetensors(await saveWeights(other));
    const { format, layout } = metadata;
    const forged = writeSafetensors(tensors, { format, layout, classNames: '["a"]' });
    await loadWeights(other, forged);
    expect(classNamesOf(other)).toBeUndefined();
    expect(warn.mock.calls.map(([text]) => /but \d/.exec(String(text))?.[0])).toEqual([
      "but 2",
      "but 1",
    ]);
    warn.mockRestore();
    await rm(folder, { recursive: true });
  });

  it.each(["safetensors", "keras3", "keras2"] as const)(
    "are in weights files, too: %s",
    async (format) => {
      const other = tinyModel({ seed: 2, classNames: ["c", "b", "a"] });
      const accented = tinyModel({ classNames: ["Käfer", "日本", "a"] });
      await loadWeights(other, await saveWeights(accented, { format }));
      expect(classNamesOf(other)).toEqual(["Käfer", "日本", "a"]);
      await loadWeights(other, await saveWeights(tinyModel(), { format }));
      expect(classNamesOf(other)).toEqual(["Käfer", "日本", "a"]);
    },
  );

  it("are none where another program has something else under that name", async () => {
    const model = tinyModel({ seed: 2 });
    const { tensors, metadata } = readSafetensors(await saveWeights(named()));
    expect(JSON.parse(metadata.classNames)).toEqual(RGB);
    const { format, layout } = metadata;
    await loadWeights(model, writeSafetensors(tensors, { format, layout, classNames: "a, b" }));
    expect(classNamesOf(model)).toBeUndefined();
  });

  it("are in checkpoints: a run goes on with the same names only", async () => {
    const store = new MemoryStore();
    const run = (model: LayersModel, epochs: number) =>
      train(model, { train: set, phases: [{ epochs }], checkpoint: { store }, verbose: 0 });
    await run(named(), 1);
    const others = { ...SMALL, inputShape: [8, 8, 3], classNames: ["red", "g", "b"] } as const;
    await expect(run(buildCifarModel(others), 2)).rejects.toThrow(
      /expected classNames\[1\] to be "green", as in checkpoint/,
    );
    expect((await run(named(), 2)).history.loss).toHaveLength(2);
  });
});

describe("the optimizer of buildCifarModel", () => {
  const rateOf = (model: LayersModel): unknown =>
    (model.optimizer as unknown as { learningRate: number }).learningRate;

  it("is one that is given, or one by name", () => {
    const optimizer = tf.train.rmsprop(0.01);
    expect(tinyModel({ optimizer }).optimizer).toBe(optimizer);
    expect(tinyModel({ optimizer: "rmsprop" }).optimizer.getClassName()).toBe("RMSProp");
    const own = tinyModel({ optimizer: "SGD", learningRate: 0.5 });
    expect([own.optimizer.getConfig().cifarKit, rateOf(own)]).toMatchObject([
      { optimizer: "sgd" },
      0.5,
    ]);
    expect(rateOf(tinyModel())).toBe(0.001);
  });

  it("belongs to the model", async () => {
    const { numTensors } = tf.memory();
    const model = tinyModel({ optimizer: "adamw" });
    await trainPhase(model, { train: set, epochs: 1, verbose: 0 });
    model.dispose();
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it("is refused if it is none, unknown, or has a learning rate already", () => {
    const build = (options: object) => () => tinyModel(options);
    expect(build({ optimizer: 3 })).toThrow(/optimizer to be an optimizer or the name of one/);
    expect(build({ optimizer: "adams" })).toThrow(/optimizer to be one of "adam", "adamw", "sgd"/);
    expect(build({ optimizer: tf.train.sgd(1), learningRate: 1 })).toThrow(
      /learningRate with adam, adamw or sgd by their names, got it beside an optimizer/,
    );
    expect(build({ optimizer: "rmsprop", learningRate: 1 })).toThrow(/got it beside "rmsprop"/);
  });
});
