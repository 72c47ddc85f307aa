import { EventEmitter } from "node:events";
import os from "node:os";
import workerThreads from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { availableThreads, hasRelaxedSimd } from "../../src/simd/runtime/features.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import { ArgumentError, BackendError, CifarKitError } from "../../src/errors.ts";
import { registerSimdBackend, SimdBackendError } from "../../src/simd/index.ts";
import { run } from "./backends.ts";

function remove(): void {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
}

const backend = (): SimdBackend => tf.engine().findBackend("simd") as unknown as SimdBackend;

/** As in a program that has compiled nothing yet. */
async function inNewProgram(): Promise<typeof registerSimdBackend> {
  vi.resetModules();
  return (await import("../../src/simd/index.ts")).registerSimdBackend;
}

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
      /first call, the plain build on 2 threads, got .*; call tf.removeBackend\("simd"\) first/,
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
    vi.spyOn(console, "warn").mockReturnValue(undefined);
    const started = vi.spyOn(ThreadPool.prototype, "start").mockResolvedValue(undefined);
    await registerSimdBackend();
    expect(started.mock.calls).toEqual([[Math.min(16, availableThreads())]]);
  });

  it("works on one thread, and says so, where no worker may start and none was asked for", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    vi.spyOn(workerThreads, "Worker").mockImplementation(function () {
      throw new Error("not permitted");
    });
    await expect(registerSimdBackend({ threads: 2 })).rejects.toThrow(
      /expected 1 worker threads to start, got not permitted; .*--allow-worker.*, or pass threads: 1/,
    );
    await registerSimdBackend();
    expect(backend().threads).toBe(1);
    await expect
      .poll(() => warn.mock.calls)
      .toEqual([
        [expect.stringMatching(/got not permitted; let Node .* Until then, one thread works\.$/)],
      ]);
    await registerSimdBackend();
    await tf.setBackend("simd");
    expect(tf.tidy(() => [...tf.relu(tf.tensor1d([-1, 2])).dataSync()])).toEqual([0, 2]);
  });

  it("does not wait for the threads, unless so many are asked for", async () => {
    vi.spyOn(os, "availableParallelism").mockReturnValue(2);
    // Such as start some day.
    vi.spyOn(workerThreads, "Worker").mockImplementation(function () {
      return Object.assign(new EventEmitter(), { unref: vi.fn(), terminate: vi.fn() }) as never;
    });
    await registerSimdBackend();
    await tf.setBackend("simd");
    const sum = tf.tidy(() => tf.sum(tf.add(tf.ones([1000, 100]), 1)).dataSync());
    expect(sum).toEqual(Float32Array.of(200_000));
    remove();
    const call = registerSimdBackend({ threads: 2 });
    const workers = vi.mocked(workerThreads.Worker).mock.results;
    await expect.poll(() => workers.length).toBe(2);
    expect(backend()).toBeNull();
    (workers[1].value as EventEmitter).emit("message");
    await call;
    expect(backend().threads).toBe(2);
  });

  it("does without a thread that may not start, and says so", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
    vi.spyOn(os, "availableParallelism").mockReturnValue(3);
    const Original = workerThreads.Worker;
    const first = vi.spyOn(workerThreads, "Worker").mockImplementation(function (...given) {
      if (first.mock.calls.length === 1) throw new Error("not permitted");
      return new Original(...given) as never;
    });
    await registerSimdBackend();
    await expect.poll(() => warn.mock.calls).toHaveLength(1);
    expect(warn.mock.calls[0][0]).toMatch(/Until then, 2 threads work\.$/);
    expect(backend().threads).toBe(2);
  });

  it("works in a page that is simulated in Node, without its streams", async () => {
    const registerAnew = await inNewProgram();
    for (const name of ["Blob", "DecompressionStream", "Response"]) vi.stubGlobal(name, undefined);
    await registerAnew({ threads: 1 });
    expect(backend().threads).toBe(1);
  });

  it("says what to allow where a policy forbids WebAssembly, or there is no room for it", async () => {
    const registerAnew = await inNewProgram();
    vi.spyOn(WebAssembly, "compile").mockRejectedValueOnce(new Error("violates the policy"));
    await expect(registerAnew({ threads: 1 })).rejects.toThrow(
      /WebAssembly to be compiled here, got violates the policy; allow script-src 'wasm-unsafe-eval'/,
    );
    const full = vi.spyOn(WebAssembly, "Memory").mockImplementation(function () {
      throw new RangeError("could not allocate memory");
    });
    await expect(registerAnew({ threads: 1 })).rejects.toThrow(
      /address space for WebAssembly memory, got could not allocate memory; raise/,
    );
    full.mockRestore();
    await registerAnew({ threads: 1 });
  });

  it("compiles the build that it uses, once, however often it is registered", async () => {
    const registerAnew = await inNewProgram();
    const compile = vi.spyOn(WebAssembly, "compile");
    for (let i = 0; i < 3; i++) {
      await registerAnew({ threads: 1 });
      remove();
    }
    expect(compile).toHaveBeenCalledTimes(1);
    await registerAnew({ threads: 1, relaxedSimd: "off" });
    expect(compile).toHaveBeenCalledTimes(2);
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

  it("finds a kernel that is registered for the cpu backend later", async () => {
    await registerSimdBackend({ threads: 1 });
    await tf.setBackend("simd");
    const kernelFunc: tf.KernelFunc = ({ inputs, backend: cpu }) => {
      const simd = cpu as unknown as SimdBackend;
      const values = simd.data.get((inputs.x as tf.TensorInfo).dataId).values as Float32Array;
      return simd.makeTensorInfo(
        [1],
        "float32",
        values.map((x) => 3 * x),
      );
    };
    const name = "TripledLater";
    expect(() => run(name, { x: tf.ones([1]) })).toThrow(/not registered/);
    tf.registerKernel({ kernelName: name, backendName: "cpu", kernelFunc });
    expect(run(name, { x: tf.ones([1]) }).dataSync()).toEqual(Float32Array.of(3));
    tf.unregisterKernel(name, "cpu");
    tf.unregisterKernel(name, "simd");
  });

  it("refuses values of every kind in the library's own words", async () => {
    const circular: object = { a: [Symbol("x"), 10n] };
    Object.assign(circular, { circular });
    const hostile = new Proxy({}, { get: () => expect.fail("was read") });
    const values = [circular, hostile, Symbol("s"), () => 1, null, -1n, [[]], "\x1b[2J", NaN];
    for (const value of values) {
      for (const options of [
        { threads: value },
        { relaxedSimd: value },
        { [`${typeof value}\x07`]: 1 },
      ]) {
        const error: unknown = await registerSimdBackend(options as object).catch(
          (e: unknown) => e,
        );
        expect(error).toBeInstanceOf(SimdBackendError);
        expect(error).toBeInstanceOf(BackendError);
        expect(error).toBeInstanceOf(CifarKitError);
        expect(error).not.toBeInstanceOf(ArgumentError);
        expect((error as Error).message).toMatch(
          /^registerSimdBackend: expected [^\x00-\x1f]*; .*\.$/,
        );
      }
    }
    for (const options of [null, 2, "threads", []]) {
      await expect(registerSimdBackend(options as object)).rejects.toThrow(
        /expected an options object/,
      );
    }
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
