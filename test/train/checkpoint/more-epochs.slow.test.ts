import { beforeAll, describe, expect, it } from "vitest";
import {
  type Callback,
  csvLogger,
  earlyStopping,
  learningRateScheduler,
  modelCheckpoint,
  pipeline,
  randomFlip,
  reduceLROnPlateau,
  stateHash,
  tensorBoard,
  train,
  type TrainOptions,
  lookahead,
  weightAveraging,
} from "cifar-kit";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { MemoryStore } from "./memory-store.ts";

beforeAll(() => useBackend("wasm"));

const set = tinyImages(16);
const augmentation = pipeline(randomFlip());
const first = [{ epochs: 1 }, { epochs: 2, augmentation }];

/** Each callback that keeps a state, with what it tells the world. */
const callbacks: Record<string, (said: string[]) => Callback> = {
  lookahead: () => lookahead({ every: 2, alpha: 0.3 }),
  weightAveraging: () => weightAveraging({ momentum: 0.7 }),
  "weightAveraging with swapOnEpoch": () => weightAveraging({ momentum: 0.7, swapOnEpoch: true }),
  "earlyStopping with the best weights": () =>
    // The first epoch of a phase stays its best one.
    earlyStopping({ monitor: "loss", patience: 9, minDelta: 100, restoreBestWeights: true }),
  "earlyStopping that stops": () => earlyStopping({ monitor: "loss", patience: 1, minDelta: 100 }),
  "earlyStopping that stops later": () =>
    earlyStopping({ monitor: "loss", patience: 2, minDelta: 100 }),
  reduceLROnPlateau: () =>
    reduceLROnPlateau({ monitor: "loss", patience: 2, minDelta: 100, factor: 0.5 }),
  learningRateScheduler: () => learningRateScheduler((_, rate) => rate * 0.9),
  modelCheckpoint: (said) =>
    modelCheckpoint({
      filepath: "{loss:.6f}",
      monitor: "loss",
      saveBestOnly: true,
      save: (path) => void said.push(path),
    }),
  csvLogger: (said) => csvLogger((text) => void said.push(text)),
  tensorBoard: (said) =>
    tensorBoard((name, bytes) => void said.push(name + String(bytes)), { wallTime: () => 0 }),
};

describe.each(Object.entries(callbacks))("a run that is over, with %s", (_, make) => {
  it.each([
    ["more epochs", [{ epochs: 1 }, { epochs: 4, augmentation }]],
    ["a further phase", [...first, { epochs: 3 }]],
    ["both", [{ epochs: 1 }, { epochs: 4, augmentation }, { epochs: 3 }]],
  ])("goes on as if it had had them from the beginning: %s", async (_, phases) => {
    const run = async (...runs: Pick<TrainOptions, "phases">[]): Promise<unknown[]> => {
      const checkpoint = { store: new MemoryStore(), keep: 1 };
      const said: string[] = [];
      const results: unknown[] = [];
      for (const options of runs) {
        const model = tinyModel({ filters: [2], denseUnits: 4, seed: 2 });
        const { history } = await train(model, {
          ...{ train: set, batchSize: 8, seed: 7, verbose: 0, checkpoint, ...options },
          callbacks: [make(said)],
        });
        results.push(await stateHash(model, history));
        model.dispose();
      }
      return [results.at(-1), said];
    };
    expect(await run({ phases: first }, { phases })).toEqual(await run({ phases }));
    // And gives the same again.
    expect(await run({ phases }, { phases })).toEqual(await run({ phases }));
  });
});
