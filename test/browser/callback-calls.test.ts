/** Callbacks of a page, while the Worker trains: the model is not to be had there. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Callback, learningRateScheduler, reduceLROnPlateau } from "cifar-kit";
import { hookRunner } from "../../src/browser/worker/callback-calls.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyModel } from "../helpers/tiny.ts";

let model: tfl.LayersModel;
beforeAll(async () => {
  await useBackend("cpu");
  model = tinyModel();
});

describe("a callback of the page that sets the learning rate", () => {
  const begin = async (callback: Callback, isScheduled: boolean): Promise<unknown> =>
    hookRunner(
      [callback],
      model,
    )({
      ...{ callback: 0, hook: "onTrainBegin", args: [{}], learningRate: 0.1 },
      run: { phase: 0, epochs: 4, steps: 3, validationFreq: 1, verbose: 0, isScheduled },
    });

  it.each([
    ["reduceLROnPlateau", () => reduceLROnPlateau()],
    ["learningRateScheduler", () => learningRateScheduler((_epoch, rate) => rate / 2)],
  ])("does so unless the optimizer has a schedule: %s", async (_name, create) => {
    await begin(create(), false);
    await expect(begin(create(), true)).rejects.toThrow("whose learning rate is a schedule");
  });
});
