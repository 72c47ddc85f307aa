/** Networks as people build them train to the losses of the cpu backend. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { NETWORKS, type Network } from "../bench/networks.ts";
import { expectSameAsCpu, useSimd } from "./backends.ts";

const STEPS = 20;

async function lossesOn(backend: string, network: Network): Promise<number[]> {
  await tf.setBackend(backend);
  tf.engine().startScope();
  const { step } = network("small");
  const losses = [];
  for (let i = 0; i < STEPS; i++) losses.push(await step!());
  tf.engine().endScope();
  return losses;
}

describe("networks", () => {
  beforeAll(() => useSimd());

  const networks = Object.entries(NETWORKS);

  it.each(networks)("%s gives what it gives on cpu", async (name, network) => {
    await expectSameAsCpu(name, () => network("small").forward(), { rtol: 1e-4 });
  });

  it.each(networks.filter(([name]) => name !== "transformer by einsum"))(
    "%s trains as on cpu",
    async (name, network) => {
      const wanted = await lossesOn("cpu", network);
      const losses = await lossesOn("simd", network);
      expect(wanted[STEPS - 1], name).toBeLessThan(wanted[0]);
      // Differences of rounding grow from step to step.
      const differences = losses.map((loss, i) => Math.abs(loss / wanted[i] - 1));
      expect(Math.max(...differences), `${name}: ${losses.join()}`).toBeLessThan(1e-3);
    },
  );
});
