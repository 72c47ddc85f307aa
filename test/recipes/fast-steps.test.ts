/** Six steps of the recipe beside PyTorch in float64, which sums the loss where this library averages it. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { buildFastModel, ImageSet, trainPhase } from "cifar-kit";
import { compileFast } from "../../src/recipes/fast-optimizer.ts";
import torch from "../fixtures/recipes/fast-steps.json" with { type: "json" };
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

const { widths, steps, whiteningSteps, filterRate } = torch;

/** PyTorch divides what comes out of the head by its inputs, where here its weights are so much smaller. */
const asHere = (name: string, values: readonly number[]): number[] =>
  values.map((value) => (name.startsWith("head") ? value / widths.at(-1)! : value));

it.each(["wasm", "simd"] as const)("makes the steps of PyTorch on %s", async (backend) => {
  await useBackend(backend);
  const train = new ImageSet({
    images: Uint8Array.from(torch.images),
    labels: Uint8Array.from(torch.labels),
    imageShape: [16, 16, 3],
    classNames: ["a", "b", "c"],
  });
  const model = buildFastModel({ whiten: train, widths });
  const weights = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  tf.tidy(() => {
    for (const [name, values] of Object.entries(torch.start)) {
      const weight = weights.get(name)!;
      weight.write(tf.tensor(asHere(name, values), weight.shape as number[]));
    }
  });
  const batchSize = train.length;
  compileFast(model, { batchSize, filterRate, whiteningSteps });
  const { loss } = await trainPhase(model, {
    ...{ train, epochs: steps, batchSize, labelSmoothing: 0.2, verbose: 0 },
  });
  // Single precision beside double, over steps that double small differences.
  expectClose(loss, torch.losses, { rtol: 1e-4 });
  for (const [name, given] of Object.entries(torch.end)) {
    const values = asHere(name, given);
    const largest = Math.max(...values.map(Math.abs));
    expectClose(weights.get(name)!.read().dataSync(), values, { atol: 1e-3 * largest });
  }
  expect(weights.size).toBe(Object.keys(torch.end).length + 2 * 6);
  model.dispose();
});
