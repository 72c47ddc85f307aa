import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  buildCifarModel,
  buildFastModel,
  type Callback,
  evaluate,
  ImageSet,
  loadModel,
  predict,
  stateHash,
  trainFast,
} from "cifar-kit";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { artifactsOf } from "../helpers/artifacts.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";

beforeAll(() => useBackend("simd"));

/** Pictures of three kinds that even a small network tells apart: their classes' colours, with noise. */
const pictures = (count: number, side = 16): ImageSet => {
  const noise = tinyImages(Math.ceil((count * side * side * 3) / 192)).images;
  const images = Uint8Array.from({ length: count * side * side * 3 }, (_, at) => {
    const [image, channel] = [Math.floor(at / (side * side * 3)), at % 3];
    return (noise[at] >> 1) + (image % 3 === channel ? 100 : 0);
  });
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 3);
  const classNames = ["red", "green", "blue"];
  return new ImageSet({ images, labels, imageShape: [side, side, 3], classNames });
};
const set = pictures(120);
const small = { whiten: set, widths: [8, 16, 16], seed: 1 } as const;
const run = { train: set, epochs: 2, batchSize: 24, seed: 1, verbose: 0 } as const;

describe("buildFastModel", () => {
  it("has the weights of the published network", () => {
    const model = buildFastModel({ whiten: pictures(10, 32) });
    // All but the head, which has seven classes fewer; 288 whiten.
    expect(model.countParams() - 2 * 1152).toBe(1_971_640 - 7 * 256);
    expect(model.getLayer("whitening").trainable).toBe(true);
    model.dispose();
  });

  it("takes images like any other model, and is saved and loaded whole", async () => {
    const model = buildFastModel(small);
    await trainFast(model, { ...run, epochs: 1 });
    const before = await predict(model, set);
    const again = await loadModel(tf.io.fromMemory(await artifactsOf(model)));
    const after = await predict(again, set);
    expect(after.probabilities).toEqual(before.probabilities);
    expect(after.classNames).toEqual(["red", "green", "blue"]);
    expect(again.optimizer.getConfig()).toEqual(model.optimizer.getConfig());
    model.dispose();
    again.dispose();
  });

  it.each([
    [{ whiten: set, widths: [8, 16] }, /widths to be the number of filters of each of three/],
    [{ whiten: set, widths: [8, 0, 16] }, /widths\[1\]/],
    [{ whiten: pictures(1, 8) }, /at least 16 x 16/],
    [{ whiten: 5 }, /an ImageSet/],
    [{ whiten: set, numClasses: 7 }, /numClasses as other options have it/],
    [{ inputShape: [8, 8, 3] }, /at least 16 x 16/],
  ])("refuses %#", (options, message) => {
    expect(() => buildFastModel(options as never)).toThrow(message);
  });
});

describe("trainFast", () => {
  it("learns, and leaves the filters that whiten and the tensors of others alone", async () => {
    const before = tf.memory().numTensors;
    const model = buildFastModel(small);
    const filters = model.getLayer("whitening").getWeights()[0].dataSync().slice();
    const { history, health } = await trainFast(model, { ...run, epochs: 6, validation: set });
    expect(history.loss).toHaveLength(6);
    expect(health.steps).toBe(30);
    expect((await evaluate(model, set, { testTimeAugmentation: "six" })).accuracy).toBe(1);
    expect(model.getLayer("whitening").getWeights()[0].dataSync()).toEqual(filters);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("trains a network that was not shown images, all of its layers", async () => {
    const { whiten, ...rest } = small;
    const { imageShape: inputShape, classNames } = whiten;
    const model = buildFastModel({ ...rest, inputShape, numClasses: classNames.length });
    const before = model.getLayer("first").getWeights()[0].dataSync().slice();
    const { history } = await trainFast(model, { ...run, epochs: 2 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    expect(model.getLayer("first").getWeights()[0].dataSync()).not.toEqual(before);
    model.dispose();
  });

  it("goes on to the same bits after an interruption", async () => {
    const straight = buildFastModel(small);
    const { history } = await trainFast(straight, run);
    const checkpoint = { store: new MemoryStore(), everySteps: 2 };
    const crash: Callback = {
      onBatchEnd: (batch, _logs, { phase }) => {
        if (phase === 0 && batch === 3) throw new Error("crash");
      },
    };
    await expect(
      trainFast(buildFastModel(small), { ...run, checkpoint, callbacks: [crash] }),
    ).rejects.toThrow("crash");
    const model = buildFastModel(small);
    const resumed = await trainFast(model, { ...run, checkpoint, resume: "must" });
    expect(await stateHash(model, resumed.history)).toBe(await stateHash(straight, history));
    model.dispose();
    straight.dispose();
  });

  it("refuses another network, and too few images for a batch, before the first step", async () => {
    const other = buildCifarModel({ for: set, filters: [4], denseUnits: 4 });
    await expect(trainFast(other, run)).rejects.toThrow(/a network of buildFastModel/);
    other.dispose();
    const model = buildFastModel(small);
    await expect(trainFast(model, { ...run, batchSize: 500 })).rejects.toThrow(/one whole batch/);
    model.dispose();
  });
});
