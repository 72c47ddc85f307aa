/** A program that registers the backend and forgets to choose it. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeEach, expect, it } from "vitest";
import { registerSimdBackend } from "../../src/simd/index.ts";

const compute = (): number[] => tf.tidy(() => [...tf.relu(tf.tensor1d([-1, 2])).dataSync()]);

const startCpu = tf.findBackendFactory("cpu");

beforeEach(() => {
  // As in a program that has not computed anything yet.
  for (const name of ["simd", "cpu", "wasm", "tensorflow"]) {
    if (tf.findBackendFactory(name) != null) tf.removeBackend(name);
  }
  tf.registerBackend("cpu", startCpu, 1);
  tf.registerBackend("wasm", () => Promise.reject(new Error("not asked for")), 2);
});

it("computes on it, without waiting for anything, before cpu and wasm", async () => {
  await registerSimdBackend({ threads: 1 });
  expect(compute()).toEqual([0, 2]);
  expect(tf.getBackend()).toBe("simd");
});

it.each<[string, () => unknown]>([
  ["registered it twice", () => registerSimdBackend()],
  ["looked for it", () => tf.findBackend("simd")],
])("computes on the one that it registered if it has %s", async (_, meanwhile) => {
  await registerSimdBackend({ threads: 1 });
  await meanwhile();
  const found = tf.findBackend("simd");
  expect(compute()).toEqual([0, 2]);
  expect(tf.backend()).toBe(found);
});

it("computes on it when it waits for tfjs to be ready, too", async () => {
  await registerSimdBackend({ threads: 1 });
  await tf.ready();
  expect(tf.getBackend()).toBe("simd");
});

it("computes on what it chose by name, whatever else is there", async () => {
  await tf.setBackend("cpu");
  await registerSimdBackend({ threads: 1 });
  expect(compute()).toEqual([0, 2]);
  expect(tf.getBackend()).toBe("cpu");
  tf.removeBackend("simd");
  await registerSimdBackend({ threads: 1 });
  await tf.setBackend("simd");
  await tf.setBackend("cpu");
  await tf.ready();
  expect(tf.getBackend()).toBe("cpu");
});

it("leaves a faster one to tfjs", async () => {
  await registerSimdBackend({ threads: 1 });
  tf.registerBackend("tensorflow", startCpu, 3);
  await tf.ready();
  expect(tf.getBackend()).toBe("tensorflow");
});
