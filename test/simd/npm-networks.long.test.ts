/** Networks that people use, with their real weights, give what they give on the cpu backend. */
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { npmNetworks, type NpmNetwork } from "../helpers/npm-networks.ts";
import { useSimd } from "./backends.ts";

async function outputsOn(backend: string, network: NpmNetwork) {
  await tf.setBackend(backend);
  tf.engine().startScope();
  const forward = await network();
  const outputs = forward().map((y) => ({ shape: y.shape, values: Array.from(y.dataSync()) }));
  tf.engine().endScope();
  return outputs;
}

beforeAll(() => useSimd());

it.each(Object.entries(await npmNetworks()))("%s", async (_, network) => {
  const wanted = await outputsOn("cpu", network);
  const outputs = await outputsOn("simd", network);
  expect(outputs.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  for (const [i, { values }] of outputs.entries()) {
    const largest = wanted[i].values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const error = values.reduce((max, v, k) => Math.max(max, Math.abs(v - wanted[i].values[k])), 0);
    // Some hundred layers round their sums in another order, and a steep sigmoid multiplies that.
    expect(error).toBeLessThanOrEqual(1e-3 * largest);
  }
});
