/** The losses of a network's first steps. */
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import { NETWORKS, type Network } from "../bench/networks.ts";

/** Networks that train, by their names. */
export const TRAINED: readonly (readonly [string, Network])[] = Object.entries(NETWORKS).filter(
  ([name]) => name !== "transformer by einsum",
);

async function lossesOn(backend: string, network: Network, steps: number): Promise<number[]> {
  await tf.setBackend(backend);
  tf.engine().startScope();
  const { step } = network("small");
  const losses = [];
  for (let i = 0; i < steps; i++) losses.push(await step!());
  tf.engine().endScope();
  return losses;
}

/** Expects the losses of so many steps to be those of the cpu backend; gives those. */
export async function expectSameLosses(network: Network, steps: number): Promise<number[]> {
  const wanted = await lossesOn("cpu", network, steps);
  const losses = await lossesOn("simd", network, steps);
  // Differences of rounding grow from step to step.
  const differences = losses.map((loss, i) => Math.abs(loss / wanted[i] - 1));
  expect(Math.max(...differences), losses.join()).toBeLessThan(1e-3);
  return wanted;
}
