import { sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { evaluate, findLearningRate, trainPhase, trainTwoPhase, withKerasLayers } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

const train = tinyImages(24);
const sink = vi.spyOn(console, "warn");
let warnings: string[] = [];
let progress: { mockRestore(): void };

beforeEach(() => {
  warnings = [];
  sink.mockImplementation((...args: unknown[]) => {
    if (/moving averages/.test(String(args[0]))) warnings.push(String(args[0]));
  });
  // The progress line.
  progress = vi.spyOn(process.stdout, "write").mockReturnValue(true);
});
afterEach(() => {
  progress.mockRestore();
});

/** Trains for so many steps of 8 images. */
async function run(model: LayersModel, steps: number, options: object = {}): Promise<string[]> {
  warnings = [];
  const epochs = Math.ceil(steps / 3);
  const stepsPerEpoch = Math.min(3, steps);
  await trainPhase(model, { train, epochs, stepsPerEpoch, batchSize: 8, verbose: 2, ...options });
  return warnings;
}

describe("a run too short for the moving averages of batch normalisation", () => {
  it("says so once, and what to set, which helps", async () => {
    const model = tinyModel();
    const said = await run(model, 21);
    expect(said).toEqual([
      "trainPhase: the moving averages of batch normalization lag: after the 21 steps of this run they " +
        "still hold 81 % of where they began, and validation will look worse than training. Build the " +
        "model with batchNormMomentum: 0.78 (momentum: 0.78 in batchNormalization layers of your own), " +
        "or train for more steps.",
    ]);
    const advised = tinyModel({ batchNormMomentum: 0.78 });
    expect(await run(advised, 21)).toEqual([]);
    // The same weights but for rounding: training normalises each batch by itself.
    const [lagging, following] = [await evaluate(model, train), await evaluate(advised, train)];
    expect(following.loss).toBeLessThan(lagging.loss);
    expect(following.accuracy).toBeGreaterThan(lagging.accuracy);
    // Trained before, the averages are no longer where they began.
    expect(await run(model, 3)).toEqual([]);
    model.dispose();
    advised.dispose();
  });

  it("is one of under 500 steps at Keras's momentum", async () => {
    // The same bound at another momentum: 0.9^48 < 0.99^500 < 0.9^47.
    const build = (): LayersModel =>
      tinyModel({ filters: [2], denseUnits: 2, batchNormMomentum: 0.9 });
    expect(0.9 ** 48).toBeLessThan(0.99 ** 500);
    expect(await run(build(), 48)).toEqual([]);
    expect(await run(build(), 45)).toHaveLength(1);
  });

  it("counts the steps of both phases", async () => {
    const build = (): LayersModel =>
      tinyModel({ filters: [2], denseUnits: 2, batchNormMomentum: 0.8 });
    const phase = { train, batchSize: 8, verbose: 2 } as const;
    expect(0.8 ** 12).toBeGreaterThan(0.99 ** 500);
    expect(0.8 ** 24).toBeLessThan(0.99 ** 500);
    expect(await run(build(), 12)).toHaveLength(1);
    warnings = [];
    await trainTwoPhase(build(), { ...phase, epochs: [4, 4] });
    expect(warnings).toEqual([]);
    await trainTwoPhase(build(), { ...phase, epochs: [2, 2] });
    expect(warnings[0]).toMatch(/^trainTwoPhase: .* after the 12 steps/);
    expect(warnings).toHaveLength(1);
  });

  it("says nothing when it prints nothing, of frozen layers, or without a step", async () => {
    expect(await run(tinyModel(), 3, { verbose: 0 })).toEqual([]);
    expect(await run(tinyModel(), 3, { epochs: 0 })).toEqual([]);
    const frozen = tinyModel();
    for (const layer of frozen.layers) {
      if (layer.getClassName() === "BatchNormalization") layer.trainable = false;
    }
    expect(await run(frozen, 3)).toEqual([]);
    warnings = [];
    await findLearningRate(tinyModel(), { train, batchSize: 8, steps: 3 });
    expect(warnings).toEqual([]);
  });

  it("is found in models inside the model, too", async () => {
    const outer = withKerasLayers(sequential({ layers: [tinyModel({ compile: false })] }));
    outer.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    expect(await run(outer, 3)).toHaveLength(1);
  });

  it("is found in a frozen model inside of which a normalisation was thawed", async () => {
    const inner = tinyModel({ compile: false });
    const outer = withKerasLayers(sequential({ layers: [inner] }));
    inner.trainable = false;
    outer.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    inner.getLayer("dense_1").trainable = true;
    expect(await run(outer, 3)).toEqual([]);
    inner.getLayer("batch_normalization").trainable = true;
    expect(await run(outer, 3)).toHaveLength(1);
  });
});
