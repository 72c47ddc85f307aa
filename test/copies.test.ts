/** Two copies of the package in one program, as where one part of it requires and another imports it. */
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as first from "cifar-kit";
import { isKerasOptimizer } from "../src/model/optimizers/keras-optimizer.ts";
import { TextBuffer } from "./train/callbacks/text-buffer.ts";
import { useBackend } from "./helpers/backends.ts";
import { tinyImages, tinyModel } from "./helpers/tiny.ts";

let second: typeof first;
beforeAll(async () => {
  await useBackend("wasm");
  vi.resetModules();
  second = await import("cifar-kit");
});
afterAll(() => {
  vi.resetModules();
});

const set = tinyImages(24);
const parts = { error: { subject: "x", expected: "a", got: "b", remedy: "c" } };

describe("of two copies", () => {
  it("the classes are others", () => {
    expect(second.ImageSet).not.toBe(first.ImageSet);
    expect(second.DataError).not.toBe(first.DataError);
  });

  it.each(["DataError", "ArgumentError", "SourceError", "BackendError", "TrainingError"] as const)(
    "each knows the other's %s, and no other error as one",
    (name) => {
      const error = new second[name](parts.error);
      expect(error).toBeInstanceOf(first[name]);
      expect(error).toBeInstanceOf(first.CifarKitError);
      expect(error).toBeInstanceOf(Error);
      const strangers = [new first.CifarKitError(parts.error), new Error("x"), null, 5, { name }];
      for (const stranger of strangers) expect(stranger).not.toBeInstanceOf(second[name]);
      class Own extends first[name] {}
      expect(error).not.toBeInstanceOf(Own);
      expect(new Own(parts.error)).toBeInstanceOf(Own);
      expect(new Own(parts.error)).toBeInstanceOf(second[name]);
    },
  );

  it("each knows the other's errors of the subpaths", async () => {
    const load = async () => ({
      ...(await import("../src/node/interrupt-signal.ts")),
      ...(await import("../src/simd/simd-error.ts")),
    });
    const own = await load();
    vi.resetModules();
    const others = await load();
    const interrupt = new others.InterruptError("SIGINT");
    const backend = new others.SimdBackendError("x", "a", "b", "c");
    expect(interrupt).toBeInstanceOf(own.InterruptError);
    expect(interrupt).not.toBeInstanceOf(own.SimdBackendError);
    expect(backend).toBeInstanceOf(own.SimdBackendError);
    expect(backend).toBeInstanceOf(first.BackendError);
    expect(backend).not.toBeInstanceOf(own.InterruptError);
    class Own extends own.SimdBackendError {}
    expect(backend).not.toBeInstanceOf(Own);
    for (const stranger of [null, 5, new Error("x")]) {
      expect(stranger).not.toBeInstanceOf(own.SimdBackendError);
      expect(stranger).not.toBeInstanceOf(own.InterruptError);
    }
  });

  it("each takes the other's sets, generators and flows", async () => {
    const options = { epochs: 1, batchSize: 8, verbose: 0 } as const;
    const generator = new first.ImageDataGenerator({ horizontalFlip: true });
    const model = tinyModel();
    await second.trainPhase(model, {
      ...options,
      train: set,
      augmentation: generator,
      validation: set,
    });
    await second.trainPhase(model, { ...options, train: generator.flow(set) });
    await second.trainTwoPhase(model, {
      ...{ ...options, epochs: [1, 1] as const, train: set, validationSplit: 0.3 },
      augmentation: generator,
    });
    await second.evaluate(model, set);
    await second.predict(model, set, {
      testTimeAugmentation: { augmentation: generator, views: 1 },
    });
    expect(second.trainValidationSplit(set).train.length).toBeGreaterThan(0);
    expect(second.toDataset(set)).toBeDefined();
    second.plotSamples(set);
    model.dispose();
  });

  it("each says what it was given without a bundler's underscore", () => {
    // What esbuild makes of a class that names itself.
    const _ImageSet = class _ImageSet {
      images = 5;
    };
    expect(() => first.toDataset(new _ImageSet() as never)).toThrow(/got an ImageSet/);
  });

  it("one goes on where the other stopped, with the same bits", async () => {
    const train = async (...copies: (typeof first)[]): Promise<string> => {
      const model: LayersModel = copies[0].buildCifarModel({
        ...{ inputShape: [8, 8, 3], numClasses: 3, filters: [4, 8], denseUnits: 16, seed: 5 },
        learningRate: 0.01,
      });
      for (const [i, copy] of copies.entries()) {
        const epochs = { initialEpoch: i, epochs: i + 1 };
        await copy.trainPhase(copy.withKerasLayers(model), {
          ...{ train: set, ...epochs, batchSize: 8, verbose: 0, seed: 1 },
        });
      }
      const hash = await first.stateHash(model);
      model.dispose();
      return hash;
    };
    expect(await train(first, second, first)).toBe(await train(first, first, first));
  });

  it("no two train one model at a time, and none draws a second progress line", async () => {
    const model = tinyModel();
    const output = new TextBuffer();
    const callbacks = [first.progressBar({ output })];
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const options = { train: set, epochs: 1, batchSize: 8 };
    const run = second.trainPhase(model, { ...options, callbacks });
    await expect(first.trainPhase(model, options)).rejects.toThrow(/whose training has not ended/);
    await run;
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
    expect(output.text).toMatch(/^3\/3 \[=+\]/);
    model.dispose();
  });

  it("each knows the other's optimizers and stores", async () => {
    expect(isKerasOptimizer(second.adam())).toBe(true);
    expect(isKerasOptimizer(first.sgd())).toBe(true);
    const stores = await import("../src/browser/opfs-checkpoint-store.ts");
    vi.resetModules();
    const others = await import("../src/browser/opfs-checkpoint-store.ts");
    expect(others.opfsStoreName).not.toBe(stores.opfsStoreName);
    expect(others.opfsStoreName(stores.opfsCheckpointStore("run-1"))).toBe("run-1");
  });
});

describe("console.log of", () => {
  it.each([
    ["a set", set, "ImageSet(24 of [8, 8, 3], 3 classes: red, green, blue)"],
    [
      "a flow",
      first.imageFlow(set, { batchSize: 5 }),
      "Flow(5 batches of 5, 24 of [8, 8, 3], 3 classes)",
    ],
    [
      "a generator's flow",
      new first.ImageDataGenerator().flow(set),
      "Flow(1 batches of 32, 24 of [8, 8, 3], 3 classes)",
    ],
    ["a generator", new first.ImageDataGenerator(), "ImageDataGenerator()"],
    [
      "a generator with options",
      new first.ImageDataGenerator({ horizontalFlip: true, zoomRange: 0.5, rescale: null }),
      "ImageDataGenerator(zoomRange: [0.5, 1.5], horizontalFlip: true, rescale: 1)",
    ],
  ])("%s is a line", (_, value, text) => {
    expect(inspect(value)).toBe(text);
    expect(inspect({ value }, { breakLength: Infinity })).toBe(`{ value: ${text} }`);
  });

  it("what a run gives is plain data, rounded", async () => {
    const model = tinyModel();
    const options = { train: set, verbose: 0 } as const;
    const history = await first.trainPhase(model, { ...options, epochs: 1 });
    expect(inspect(history)).toMatch(/^\{\s+epochs: \[ 0 \],\s+loss: \[ [\d.]{1,6} \],/);
    const training = await first.train(model, { ...options, phases: [{ epochs: 1 }] });
    const both = await first.trainTwoPhase(model, { ...options, epochs: [1, 0] });
    for (const result of [history, training, both]) {
      expect(inspect(result, { depth: Infinity })).not.toMatch(/\d\.\d{6}/);
      for (const copy of [{ ...result }, structuredClone(result)]) {
        expect(result).toEqual(copy);
        expect(JSON.stringify(result)).toBe(JSON.stringify(copy));
      }
    }
    model.dispose();
  });

  it("folds tell how many images they have", () => {
    const folds = first.stratifiedKFold(set, { folds: 3 });
    expect(inspect(folds[0])).toBe("{ train: 16 images, validation: 8 images }");
    expect(Object.keys(folds[0])).toEqual(["train", "validation"]);
  });
});
