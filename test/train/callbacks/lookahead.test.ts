import { memory } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Callback, lookahead, trainPhase } from "cifar-kit";
import { useBackend } from "../../helpers/backends.ts";
import { expectClose } from "../../helpers/close.ts";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";

const valuesOf = (model: LayersModel): number[] =>
  model.getWeights().flatMap((weight) => [...weight.dataSync()]);

const common = { train: tinyImages(24), batchSize: 8, verbose: 0, seed: 2 } as const;

/** The slow weights in plain numbers, from the weights before a callback moves them. */
function follower(every: number, alpha: (step: number) => number): Callback & { slow: number[] } {
  let steps = 0;
  const callback: Callback & { slow: number[] } = {
    slow: [],
    onPhaseBegin(_phase, _logs, { model }) {
      callback.slow = valuesOf(model);
    },
    onBatchEnd(_batch, _logs, { model }) {
      steps++;
      if (steps % every !== 0) return;
      const fast = valuesOf(model);
      callback.slow = callback.slow.map((slow, i) => slow + alpha(steps) * (fast[i] - slow));
    },
  };
  return callback;
}

// The second updates weights in place.
describe.each(["wasm", "simd"])("lookahead on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    ["a number", 0.3, () => 0.3],
    [
      "a function of the steps",
      (step: number, steps: number) => 1 - (step / steps) ** 3,
      (step: number) => 1 - (step / 6) ** 3,
    ],
  ])("trains on from slow weights, and ends with them: alpha is %s", async (_, alpha, expected) => {
    const model = tinyModel();
    await trainPhase(model, { ...common, epochs: 1 });
    const before = memory().numTensors;
    const slow = follower(2, expected);
    const callbacks = [slow, lookahead({ every: 2, alpha })];
    await trainPhase(model, { ...common, epochs: 2, callbacks });
    // Six steps' roundings in single precision.
    expectClose(valuesOf(model), slow.slow, { rtol: 1e-5, atol: 1e-6 });
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });
});

it("refuses a share that is none", async () => {
  await useBackend("cpu");
  const model = tinyModel({ filters: [2] });
  const callbacks = [lookahead({ every: 1, alpha: () => 2 })];
  await expect(trainPhase(model, { ...common, epochs: 1, callbacks })).rejects.toThrow(
    /^lookahead: expected alpha at step 1 /,
  );
  const later = [lookahead({ every: 1, alpha: (() => Promise.resolve(1)) as never })];
  await expect(trainPhase(model, { ...common, epochs: 1, callbacks: later })).rejects.toThrow(
    /^lookahead: expected alpha to give its result at once/,
  );
  model.dispose();
});
