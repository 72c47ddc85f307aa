/** Which layers are frozen changes the order of `model.weights`, and must not change a checkpoint's. */
import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadModel, replaceHead, stateHash, unfreeze } from "cifar-kit";
import { artifactsOf } from "../../helpers/artifacts.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages } from "../../helpers/tiny.ts";
import { MemoryStore } from "./memory-store.ts";
import { savedRun } from "./saved-run.ts";

beforeAll(() => useBackend("cpu"));

const train = tinyImages(16);

/** A new head on a model of equal layers, of which the last learns. */
function built(): LayersModel {
  const equal = ["k1", "k2", "k3"].map((name) => layers.dense({ name, units: 3 }));
  const pool = layers.globalAveragePooling2d({ inputShape: [8, 8, 3], dataFormat: "channelsLast" });
  const base = sequential({ layers: [pool, ...equal] });
  const whole = sequential({ layers: [base, layers.dense({ units: 5 })] });
  whole.setWeights(whole.weights.map(({ shape }, i) => tf.fill(shape as number[], (i + 1) / 10)));
  const model = replaceHead(whole, { classNames: train.classNames, learningRate: 0.05 });
  unfreeze(model, { layers: ["k3"] });
  return model;
}

const loaded = async (): Promise<LayersModel> =>
  loadModel(tf.io.fromMemory(await artifactsOf(built())));

const run = (model: LayersModel, store?: MemoryStore, crashIn?: number): Promise<unknown> =>
  savedRun(model, train, store, crashIn);

describe("a run of a partly frozen model", () => {
  it.each<
    [string, () => LayersModel | Promise<LayersModel>, () => LayersModel | Promise<LayersModel>]
  >([
    ["built as the first was", built, built],
    ["loaded", built, loaded],
    ["built, where the first was loaded", loaded, built],
  ])("goes on with the same bits in a model that was %s", async (_, first, second) => {
    const straight = built();
    await run(straight);
    const store = new MemoryStore();
    await expect(run(await first(), store, 3)).rejects.toThrow("crash");
    const resumed = await second();
    await run(resumed, store);
    expect(await stateHash(resumed)).toBe(await stateHash(straight));
  });
});
