import { fill, memory, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Callback } from "../../../src/train/callback.ts";
import { modelCheckpoint, trainPhase, weightAveraging } from "../../../src/train/index.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { fakeRun, type Hooks, hooksOf } from "./fake-run.ts";

function trainableValues(model: LayersModel): number[] {
  return model.trainableWeights.flatMap((weight) => Array.from(weight.read().dataSync()));
}

/** Follows the averages in plain numbers, from the weights after each step. */
function shadow(model: LayersModel, momentum: number): Callback & { averages: number[] } {
  const callback = {
    averages: [] as number[],
    onBatchEnd(): void {
      const weights = trainableValues(model);
      callback.averages = callback.averages.length
        ? callback.averages.map((average, i) => momentum * average + (1 - momentum) * weights[i])
        : weights;
    },
  };
  return callback;
}

/** Twelve steps' roundings in single precision. */
function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  const worst = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i])));
  expect(worst).toBeLessThanOrEqual(24 * 2 ** -24 * Math.max(...theirs.map(Math.abs)));
}

const common = { batchSize: 8, verbose: 0 } as const;

// The second updates weights in place.
describe.each(["wasm", "simd"])("weightAveraging on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it("ends each phase with the averages, goes on from them, and frees its tensors", async () => {
    const model = tinyModel();
    const train = tinyImages(24);
    const follower = shadow(model, 0.8);
    const averaging = weightAveraging({ momentum: 0.8 });
    // The first step makes the optimizer's own tensors.
    await trainPhase(model, { train, epochs: 1, ...common });
    const before = memory().numTensors;
    for (let phase = 0; phase < 2; phase++) {
      await trainPhase(model, { train, epochs: 2, callbacks: [averaging, follower], ...common });
      expectClose(trainableValues(model), follower.averages);
    }
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it("measures the validation data with the averages and trains on without them", async () => {
    const [plain, averaged] = [tinyModel({ seed: 3 }), tinyModel({ seed: 3 })];
    const train = tinyImages(24);
    const seen: number[][] = [];
    const validated: number[][] = [];
    const options = { train, validation: tinyImages(8), epochs: 2, ...common };
    await trainPhase(plain, {
      ...options,
      callbacks: [{ onEpochEnd: () => void seen.push(trainableValues(plain)) }],
    });
    const follower = shadow(averaged, 0.5);
    const averagesThen: number[][] = [];
    await trainPhase(averaged, {
      ...options,
      callbacks: [
        follower,
        weightAveraging({ momentum: 0.5 }),
        {
          onTestBegin: () => {
            validated.push(trainableValues(averaged));
            averagesThen.push(follower.averages);
          },
          onEpochEnd: () => void seen.push(trainableValues(averaged)),
        },
      ],
    });
    expect(seen[2]).toEqual(seen[0]);
    expect(seen[3]).toEqual(seen[1]);
    validated.forEach((values, epoch) => {
      expectClose(values, averagesThen[epoch]);
    });
    plain.dispose();
    averaged.dispose();
  });

  it("shows the averages to the callbacks after it if it is asked to", async () => {
    const model = tinyModel();
    const saved: number[][] = [];
    const save = (_: string, shown: LayersModel): undefined =>
      void saved.push(trainableValues(shown));
    const follower = shadow(model, 0.9);
    const callbacks = [
      follower,
      weightAveraging({ momentum: 0.9, swapOnEpoch: true }),
      modelCheckpoint({ filepath: "{epoch}", save }),
    ];
    await trainPhase(model, { train: tinyImages(24), epochs: 2, callbacks, ...common });
    expectClose(saved[1], follower.averages);
    expect(trainableValues(model)).toEqual(saved[1]);
    model.dispose();
  });

  it("goes on from its state, swapped or not", async () => {
    for (const swapOnEpoch of [false, true]) {
      const model = tinyModel();
      const context = fakeRun({ model });
      const make = (): Hooks => {
        const callback = hooksOf(weightAveraging({ momentum: 0.5, swapOnEpoch }), context);
        void callback.onPhaseBegin(0);
        return callback;
      };
      const setAll = (value: number): void => {
        tidy(() => {
          for (const w of model.trainableWeights) w.write(fill(w.shape as number[], value));
        });
      };
      const before = memory().numTensors;
      const callback = make();
      await callback.onEpochBegin(0);
      for (const [batch, value] of [4, 8].entries()) {
        setAll(value);
        await callback.onBatchEnd(batch, {});
      }
      await callback.onEpochEnd(0, {});
      expect(trainableValues(model)[0]).toBe(swapOnEpoch ? 6 : 8);
      const state = structuredClone(await callback.getState());
      const successor = make();
      await successor.setState(state);
      await successor.onEpochBegin(1);
      expect(trainableValues(model)[0]).toBe(8);
      setAll(10);
      await successor.onBatchEnd(0, {});
      await successor.onPhaseEnd(0);
      expect(new Set(trainableValues(model))).toEqual(new Set([8]));
      // The one that was interrupted still holds its own.
      await callback.onPhaseBegin(0);
      await callback.onRunEnd();
      await successor.onRunEnd();
      expect(memory().numTensors).toBe(before);
      model.dispose();
    }
  });

  it("leaves the model its own weights, and no tensor, when a run breaks off", async () => {
    const model = tinyModel();
    await trainPhase(model, { train: tinyImages(8), epochs: 1, ...common });
    const before = memory().numTensors;
    let weights: number[] = [];
    const fail = {
      onBatchEnd: () => void (weights = trainableValues(model)),
      onTestBegin: () => {
        throw new Error("broken off");
      },
    };
    const run = trainPhase(model, {
      train: tinyImages(24),
      validation: tinyImages(8),
      epochs: 1,
      callbacks: [weightAveraging(), fail],
      ...common,
    });
    await expect(run).rejects.toThrow("broken off");
    expect(trainableValues(model)).toEqual(weights);
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it("refuses options out of range", () => {
    expect(() => weightAveraging({ momentum: 1 })).toThrow(/momentum to be .* in \[0, 1\)/);
    expect(() => weightAveraging({ every: 0 })).toThrow(/every to be a whole number/);
  });
});
