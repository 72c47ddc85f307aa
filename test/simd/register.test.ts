import os from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SimdBackend } from "../../src/simd/host/backend.ts";
import { availableThreads, hasRelaxedSimd } from "../../src/simd/host/features.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import "./backends.ts";

function remove(): void {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
}

const backend = (): SimdBackend => tf.engine().findBackend("simd") as unknown as SimdBackend;

describe("registerSimdBackend", () => {
  beforeEach(remove);
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    remove();
  });

  it("uses every processor and fused multiply-add by default", async () => {
    await registerSimdBackend();
    expect(backend().threads).toBe(availableThreads());
    // Node has relaxed SIMD, if need be behind a switch that can be set at run time.
    expect(backend().build).toBe("relaxed");
    expect(hasRelaxedSimd()).toBe(true);
  });

  it("takes the plain build when relaxed SIMD is off", async () => {
    await registerSimdBackend({ relaxedSimd: "off", threads: 1 });
    expect(backend().build).toBe("plain");
    expect(backend().threads).toBe(1);
  });

  it("does nothing the second time, unless something else is asked for", async () => {
    await registerSimdBackend({ threads: 2, relaxedSimd: "off" });
    const first = backend();
    await registerSimdBackend();
    await registerSimdBackend({ threads: 2, relaxedSimd: "off" });
    expect(backend()).toBe(first);
    await expect(registerSimdBackend({ threads: 1 })).rejects.toThrow(
      /the plain build on 2 threads; call tf.removeBackend\("simd"\) first/,
    );
    await expect(registerSimdBackend({ relaxedSimd: "on" })).rejects.toThrow(
      /options of the first/,
    );
  });

  it("takes one call after the other, so that none starts threads in vain", async () => {
    const calls = [1, 2].map((threads) => registerSimdBackend({ threads }));
    const [first, second] = await Promise.allSettled(calls);
    expect(first.status).toBe("fulfilled");
    expect(String((second as PromiseRejectedResult).reason)).toMatch(/options of the first call/);
    expect(backend().threads).toBe(1);
  });

  it("has a default on machines with more processors than it takes", async () => {
    vi.spyOn(os, "availableParallelism").mockReturnValue(96);
    // Where memory is not shared, the threads are only counted.
    vi.stubGlobal("crossOriginIsolated", false);
    await registerSimdBackend();
    expect(backend().threads).toBe(1);
  });

  it("is chosen by name only: it never becomes the default by being there", async () => {
    await tf.setBackend("cpu");
    await registerSimdBackend({ threads: 1 });
    expect(tf.getBackend()).toBe("cpu");
  });

  it("has every kernel of the cpu backend", async () => {
    await registerSimdBackend({ threads: 1 });
    const names = tf.getKernelsForBackend("simd").map(({ kernelName }) => kernelName);
    const missing = tf
      .getKernelsForBackend("cpu")
      .filter(({ kernelName }) => !names.includes(kernelName));
    expect(missing).toEqual([]);
  });

  it.each([0, -1, 1.5, 65, NaN, "2"])("refuses %s threads", async (threads) => {
    await expect(registerSimdBackend({ threads: threads as number })).rejects.toThrow(
      /registerSimdBackend: expected threads to be an integer from 1 to 64, got/,
    );
  });

  it("refuses unknown options and values", async () => {
    await expect(registerSimdBackend({ relaxedSimd: "yes" as "on" })).rejects.toThrow(
      /relaxedSimd to be "auto", "on" or "off", got "yes"/,
    );
    await expect(registerSimdBackend({ thread: 2 } as object)).rejects.toThrow(
      /expected threads or relaxedSimd, got "thread"; remove it/,
    );
  });

  it("says so when the engine has no SIMD, or no relaxed SIMD", async () => {
    const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    await expect(registerSimdBackend()).rejects.toThrow(/expected WebAssembly SIMD, got none/);
    const isRelaxed = (bytes: BufferSource): boolean => (bytes as Uint8Array).length > 33;
    validate.mockImplementation((bytes) => !isRelaxed(bytes));
    await expect(registerSimdBackend({ relaxedSimd: "on" })).rejects.toThrow(
      /relaxed SIMD, got none/,
    );
    await registerSimdBackend({ threads: 1 });
    expect(backend().build).toBe("plain");
  });

  it("stays out of the way of other backends", async () => {
    await tf.setBackend("cpu");
    const kernel = tf.getKernel("Relu", "cpu");
    await registerSimdBackend({ threads: 1 });
    expect(tf.getKernel("Relu", "cpu")).toBe(kernel);
    expect(tf.tidy(() => [...tf.relu(tf.tensor1d([-1, 2])).dataSync()])).toEqual([0, 2]);
  });
});
