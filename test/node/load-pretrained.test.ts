import { readFileSync } from "node:fs";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, evaluate, PRETRAINED, pretrainedModel, trainPhase } from "cifar-kit";
import { loadPretrained } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { realCifar10, REAL_DATA_TIMEOUT } from "../helpers/real-data.ts";

describe.each(["notebook", "fast"] as const)("the package's trained network %s", (network) => {
  const { testAccuracy, fileName, bytes: size, sha256 } = PRETRAINED[network];
  let model: LayersModel;
  beforeAll(async () => {
    await useBackend("simd");
    model = await loadPretrained({ network });
  });
  afterAll(() => {
    model.dispose();
  });

  it(
    "classifies real images about as well as it says",
    { timeout: REAL_DATA_TIMEOUT },
    async () => {
      const { test } = await realCifar10();
      const { accuracy } = await evaluate(model, test.take(1_000));
      // Of 1,000 images: three standard deviations around the share of all 10,000.
      const deviation = Math.sqrt((testAccuracy * (1 - testAccuracy)) / 1_000);
      expect(Math.abs(accuracy - testAccuracy)).toBeLessThan(3 * deviation);
    },
  );

  it("can be trained on", { timeout: REAL_DATA_TIMEOUT }, async () => {
    const { train } = await realCifar10();
    const { accuracy } = await trainPhase(model, {
      ...{ train: train.take(320), epochs: 1, verbose: 0 },
    });
    expect(accuracy[0]).toBeGreaterThan(0.5);
  });

  it("is not read with options that nobody knows, nor after a signal", async () => {
    await expect(loadPretrained({ nonsense: 1 } as never)).rejects.toThrow(/unknown option/);
    await expect(loadPretrained("cifar10" as never)).rejects.toThrow(/an options object/);
    const reason = new Error("enough");
    await expect(loadPretrained({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("is refused when a byte is wrong", async () => {
    const url = new URL(`../../pretrained/${fileName}`, import.meta.url);
    const bytes = readFileSync(url);
    expect(bytes.length).toBe(size);
    bytes[1_000_000] ^= 1;
    await expect(pretrainedModel(bytes)).rejects.toThrow(DataError);
    await expect(pretrainedModel(bytes.subarray(1))).rejects.toThrow(sha256);
  });
});
