import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CONTROL, CONTROL_PTR } from "../../src/simd/schema/control.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { ThreadPool, type ThreadPoolOptions } from "../../src/simd/runtime/thread-pool.ts";
import type { KernelName } from "../../src/simd/schema/kernels.ts";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { numbers, random, useSimd } from "./backends.ts";

/** A bit of everything that has more than one task, as the bytes of its results. */
function mixedWork(): Uint32Array[] {
  const results = tf.tidy(() => {
    const x = random<tf.Rank.R4>([4, 33, 31, 16]);
    const loss = (v: tf.Tensor): tf.Tensor => {
      const pooled = tf.avgPool(tf.relu(v as tf.Tensor4D), 3, 2, "same");
      const { mean, variance } = tf.moments(pooled, [0, 1, 2]);
      const normed = tf.div(tf.sub(pooled, mean), tf.sqrt(tf.add(variance, 1e-3)));
      return tf.sum(tf.softmax(tf.transpose(tf.tanh(normed), [0, 3, 1, 2])));
    };
    const gradient = tf.grad((v: tf.Tensor) => tf.mul(tf.exp(loss(v)), tf.mean(v)))(x);
    return [loss(x), gradient, tf.sum(x, [0, 2]), tf.maxPool(x, 2, 2, "same")];
  });
  const bytes = results.map((tensor) => new Uint32Array(tensor.dataSync().buffer));
  tf.dispose(results);
  return bytes;
}

describe("threads", () => {
  it("do not change a bit: 1, 2 and 3 of them give the same, again and again", async () => {
    await useSimd({ threads: 1 });
    const wanted = mixedWork();
    for (const threads of [1, 2, 3]) {
      const backend = await useSimd({ threads });
      expect(backend.threads).toBe(threads);
      for (let run = 0; run < 3; run++) expect(mixedWork()).toEqual(wanted);
    }
  });

  it("are one where memory cannot be shared, with the same bits", async () => {
    await useSimd({ threads: 1 });
    const wanted = mixedWork();
    const original = globalThis.SharedArrayBuffer;
    try {
      Object.defineProperty(globalThis, "SharedArrayBuffer", { value: undefined, writable: true });
      const backend = await useSimd({ threads: 2 });
      expect(backend.threads).toBe(1);
      expect(mixedWork()).toEqual(wanted);
    } finally {
      Object.defineProperty(globalThis, "SharedArrayBuffer", { value: original, writable: true });
    }
  });

  it("end with the backend, and a new backend can follow", async () => {
    const old = await useSimd({ threads: 2 });
    tf.removeBackend("simd");
    expect(() => {
      runFill(old);
    }).toThrow(/disposed/);
    await useSimd({ threads: 2 });
    expect(mixedWork()).toHaveLength(4);
    // tfjs disposes of its backends and asks for them again.
    tf.engine().reset();
    await tf.setBackend("simd");
    expect(mixedWork()).toHaveLength(4);
  });
});

/** A thread that claims one task and is gone. */
const THIEF = `
  const { workerData: [memory, at] } = require("node:worker_threads");
  const control = new Int32Array(memory.buffer, at, ${CONTROL.words});
  const isOne = () =>
    Atomics.load(control, ${CONTROL.unclaimed}) > 0 && Atomics.sub(control, ${CONTROL.unclaimed}, 1) > 0;
  while (!isOne());
`;

/** Runs a plan of one call. */
function runFill(backend: SimdBackend): void {
  backend.run(["a test's"], { out: 0 }, (plan, { out }) => {
    plan.call("fill_32", 1, { out, length: 0, perTask: 1, value: 0 });
  });
}

describe("ThreadPool", () => {
  const pools: ThreadPool[] = [];
  afterEach(() => {
    for (const pool of pools.splice(0)) pool.stop();
  });

  async function startedPool(
    options: ThreadPoolOptions = {},
  ): Promise<{ pool: ThreadPool; heap: LinearMemory }> {
    const heap = new LinearMemory({ shared: true });
    const module = await compileKernels("plain", true);
    const pool = new ThreadPool(module, heap, { processors: 3, ...options });
    await pool.start(3);
    pools.push(pool);
    return { pool, heap };
  }

  const runBinary = (pool: ThreadPool, tasks: number, words: readonly number[]): void => {
    const call = {
      kernel: "Add_f32",
      tasks,
      words: Uint32Array.from(words),
      places: [],
    } as const;
    pool.run(pool.prepare(call), []);
  };

  /** Words that double 1000 numbers in 250 tasks; returns a check of the result. */
  function doubling(heap: LinearMemory): { words: number[]; check: () => void } {
    const x = heap.allocate(4000);
    const y = heap.allocate(4000);
    heap.float32(x, 1000).set(numbers(1000));
    heap.float32(y, 1000).fill(NaN);
    const words = [x, x, y, 1000, 4, 1000, 1000, 1000, 0];
    const check = (): void => {
      expect(heap.float32(y, 1000).slice()).toEqual(numbers(1000).map((value) => 2 * value));
    };
    return { words, check };
  }

  it("does every task once, over thousands of calls", async () => {
    const { pool, heap } = await startedPool();
    const { words, check } = doubling(heap);
    for (let call = 0; call < 3000; call++) runBinary(pool, 250, words);
    check();
  });

  it("has workers help as soon as they are there, also a caller that never pauses", async () => {
    const heap = new LinearMemory({ shared: true });
    const allocate = vi.spyOn(heap, "allocate");
    const pool = new ThreadPool(await compileKernels("plain", true), heap, { processors: 2 });
    pools.push(pool);
    const started = pool.start(2);
    const [, workers] = allocate.mock.results.map(({ value }) => value as number);
    // Each task of an addition of one number writes it to the thread's scratch first.
    const { words } = doubling(heap);
    const single = [...words.slice(0, 7), 1, 0];
    const written = heap.float32(workers, 8192);
    for (let look = 0; look < 3000 && written.every((value) => value === 0); look++) {
      runBinary(pool, 250, single);
      Atomics.wait(heap.int32(CONTROL_PTR, CONTROL.words), CONTROL.quit, 0, 1);
    }
    expect(written).toContain(numbers(1)[0]);
    await started;
  });

  it("does not need a worker that never claims anything", async () => {
    const { pool, heap } = await startedPool();
    const { words, check } = doubling(heap);
    // Workers that are told to leave while nothing runs.
    const control = heap.int32(CONTROL_PTR, CONTROL.words);
    Atomics.store(control, CONTROL.quit, 1);
    runBinary(pool, 250, words);
    await expect.poll(() => pool.threads).toBe(1);
    for (let call = 0; call < 100; call++) runBinary(pool, 250, words);
    check();
  });

  it("reports a task that was claimed and never finished, and then refuses to go on", async () => {
    const { pool, heap } = await startedPool({ lostAfterMs: 300 });
    const { words } = doubling(heap);
    const thief = new Worker(THIEF, { eval: true, workerData: [heap.memory, CONTROL_PTR] });
    try {
      expect(() => {
        for (let call = 0; call < 1e6; call++) runBinary(pool, 250, words);
      }).toThrow(/all of its threads alive, got a thread that claimed a task of Add_f32/);
    } finally {
      await thief.terminate();
    }
    expect(() => {
      runBinary(pool, 1, words);
    }).toThrow(/call tf.removeBackend\("simd"\) and register it again/);
  });

  it("turns a trap in the module into an error, and goes on", async () => {
    const { pool, heap } = await startedPool();
    const { words, check } = doubling(heap);
    // An address beyond the end of memory.
    const bad = [...words];
    bad[2] = 2 ** 32 - 65536;
    for (const tasks of [1, 250]) {
      expect(() => {
        runBinary(pool, tasks, bad);
      }).toThrow(/Add_f32 to finish, got a trap/);
    }
    runBinary(pool, 250, words);
    check();
  });

  it("begins with no more workers than there are processors", async () => {
    const { heap } = await startedPool({ processors: 2 });
    expect(heap.int32(CONTROL_PTR, CONTROL.words)[CONTROL.helpers]).toBe(1);
  });

  it("names a kernel that does not exist", async () => {
    const { pool } = await startedPool();
    expect(() => {
      const words = new Uint32Array(0);
      pool.prepare({ kernel: "no_such_kernel" as KernelName, tasks: 1, words, places: [] });
    }).toThrow(/"no_such_kernel".*npm run build:kernels/);
  });
});

describe("a process that uses the backend", () => {
  const script = fileURLToPath(new URL("process.ts", import.meta.url));

  it("exits by itself, without stopping anything", () => {
    const tsx = ["--import", "tsx", script];
    const { status, stdout, stderr } = spawnSync(process.execPath, tsx, { timeout: 60_000 });
    expect(`${status} ${String(stderr)}`).toBe("0 ");
    expect(String(stdout)).toMatch(/^[0-9a-f]+ 2 threads/);
  });
});
