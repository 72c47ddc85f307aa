import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import workerThreads from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import { vi } from "vitest";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { addInPlace } from "../../src/simd/plans/element-wise.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import type { KernelName } from "../../src/simd/schema/kernels.ts";
import { registerSimdBackend, type SimdBackendOptions } from "../../src/simd/index.ts";
import { run, useSimd } from "../simd/backends.ts";
import { type Trial, type Trials, type Untried, wrong } from "./trial.ts";

async function register(options: SimdBackendOptions = { threads: 1 }): Promise<void> {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
  await registerSimdBackend(options);
}

/** Both calls on the backend, each with a new one. */
const onSimd = (...calls: readonly ((backend: SimdBackend) => unknown)[]): Trial => {
  const [fail, succeed] = calls.map((call) => async () => {
    const backend = await useSimd({ threads: 1 });
    await call(backend);
  });
  return [fail, succeed];
};

/** Does something where the engine or Node is another one. */
async function where(
  change: () => { mockRestore(): unknown },
  action: () => unknown,
): Promise<void> {
  const changed = change();
  try {
    await action();
  } finally {
    changed.mockRestore();
  }
}
/** An engine that takes no modules above so many bytes: those that ask for a feature. */
const withFeatures = (maxBytes: number) => () =>
  vi
    .spyOn(WebAssembly, "validate")
    .mockImplementation((bytes) => (bytes as Uint8Array).length <= maxBytes);
const withoutAddresses = () =>
  vi.spyOn(WebAssembly, "Memory").mockImplementation(function () {
    throw new RangeError("could not allocate memory");
  });
const withoutWorkers = () =>
  vi.spyOn(workerThreads, "Worker").mockImplementation(function () {
    throw new Error("Access to this API has been restricted");
  });

/** Registers with the WebAssembly of a context whose policy allows to compile, or does not. */
async function registerUnder(policy: { wasm: boolean }): Promise<void> {
  const context = createContext({}, { codeGeneration: { strings: true, ...policy } });
  vi.stubGlobal("WebAssembly", runInContext("WebAssembly", context));
  // A copy that has compiled nothing yet.
  vi.resetModules();
  const fresh = await import("../../src/simd/index.ts");
  try {
    if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
    await fresh.registerSimdBackend({ threads: 1 });
  } finally {
    vi.unstubAllGlobals();
  }
}

/** What a process is told in which the cpu backend is not there yet, and in the end is. */
let answers: Record<string, string> | undefined;
function withoutCpu(name: string): void {
  answers ??= JSON.parse(
    String(
      spawnSync(process.execPath, [
        ...["--import", "tsx"],
        fileURLToPath(new URL("without-cpu.ts", import.meta.url)),
      ]).stdout,
    ),
  ) as Record<string, string>;
  if (answers[name] !== "done") throw new Error(answers[name]);
}
/** Uses a number that was made in a scope, kept there or not. */
function outOfScope(keep: (x: tf.Tensor) => tf.Tensor): void {
  let x: tf.Tensor = tf.scalar(0);
  tf.tidy(() => {
    x = keep(tf.scalar(1));
  });
  tf.relu(x);
}

const memory = () => new LinearMemory({ shared: false, maximumBytes: 8e6 });
const crossEntropy = (logits: tf.Tensor, labels: number[]): unknown =>
  run("SparseSoftmaxCrossEntropy", { logits, labels: tf.tensor1d(labels, "int32") });
const pooled = (side: number): unknown =>
  tf.maxPool(tf.zeros<tf.Rank.R4>([1, side, side, 1]), 4, 1, "valid");
const fused = (activation: string): tf.Tensor =>
  tf.fused.matMul({ a: tf.ones([1, 1]), b: tf.ones([1, 1]), activation: activation as "relu" });
async function prepare(kernel: KernelName): Promise<void> {
  const pool = new ThreadPool(await compileKernels("plain", false), memory());
  pool.prepare({ kernel, tasks: 1, words: new Uint32Array(4), places: [] });
}
/** Doubles a number in linear memory, or at an address beyond its end. */
function double(backend: SimdBackend, to?: number): void {
  const x = tf.ones([1]);
  const at = backend.pointer(x);
  backend.run(["double"], { sum: to ?? at, b: at }, (plan, places) => {
    addInPlace(plan, "float32", 1, places);
  });
}

export const trials: Trials = {
  "pass { threads }": [() => register(wrong(2)), () => register({ threads: 1 })],
  "remove it": [() => register(wrong({ thread: 2 })), () => register({})],
  "leave it out to use every processor": [() => register({ threads: 0 }), () => register({})],
  "leave it out for the default": [
    () => register({ relaxedSimd: wrong("yes") }),
    () => register({ threads: 1 }),
  ],
  'call tf.removeBackend("simd") first': [
    async () => {
      await register();
      await registerSimdBackend({ threads: 2 });
    },
    async () => {
      await register();
      tf.removeBackend("simd");
      await registerSimdBackend({ threads: 2 });
    },
  ],
  "use a current version of Node or of the browser": [
    () => where(withFeatures(0), register),
    () => register(),
  ],
  '{}, or "auto"': [
    () => where(withFeatures(33), () => register({ threads: 1, relaxedSimd: "on" })),
    async () => {
      await register({ threads: 1, relaxedSimd: "on" });
      await where(withFeatures(33), () => register({ threads: 1, relaxedSimd: "auto" }));
    },
  ],
  "run npm install @tensorflow/tfjs-backend-cpu": [
    () => {
      withoutCpu("missing");
    },
    () => {
      withoutCpu("installed");
    },
  ],
  "see the cause, or load that package before the call": [
    () => {
      withoutCpu("refused");
    },
    () => {
      withoutCpu("required");
    },
  ],
  "call operations of tfjs-core that do the same": onSimd(
    () => run("SeededDropout", { x: tf.tensor1d([1], "int32") }, { rate: 0.5, seed: 1 }),
    () => tf.dropout(tf.cast(tf.tensor1d([1], "int32"), "float32"), 0.5, undefined, 1),
  ),
  "check the shapes of the call": onSimd(
    () => tf.fill([2 ** 30, 2 ** 30], 1),
    () => tf.fill([30, 30], 1),
  ),
  "release each allocation exactly once": [
    () => {
      const heap = memory();
      const at = heap.allocate(64);
      heap.release(at);
      heap.release(at);
    },
    () => {
      const heap = memory();
      heap.release(heap.allocate(64));
    },
  ],
  "dispose tensors that are no longer needed, small ones between large ones, too; or use a smaller batch":
    [
      () => {
        const heap = memory();
        heap.allocate(5e6);
        heap.allocate(5e6);
      },
      () => {
        const heap = memory();
        heap.release(heap.allocate(5e6));
        heap.allocate(5e6);
        memory().allocate(2e6);
      },
    ],
  "keep it with tf.keep, or dispose of it later": onSimd(
    () => {
      outOfScope((x) => x);
    },
    () => {
      outOfScope(tf.keep);
    },
  ),
  "make the input at least as large as the window that slides over it": onSimd(
    () => pooled(2),
    () => pooled(4),
  ),
  "apply it as an operation of its own": onSimd(
    () => fused("selu"),
    () => tf.selu(fused("linear")),
  ),
  "raise the process's limit of virtual memory, or end other backends first": [
    () => where(withoutAddresses, register),
    () => register(),
  ],
  "allow script-src 'wasm-unsafe-eval' in the page's content security policy": [
    () => registerUnder({ wasm: false }),
    () => registerUnder({ wasm: true }),
  ],
  "make one first, e.g. with tf.real of a complex64 tensor": onSimd(
    () => run("BiasActivationGrad", { dy: tf.complex([1], [2]) }),
    () => run("BiasActivationGrad", { dy: tf.real(tf.complex([1], [2])) }),
  ),
  "let Node start threads (--allow-worker where --permission is given, and memory for each), or pass threads: 1":
    [
      () => where(withoutWorkers, () => register({ threads: 2 })),
      async () => {
        await register({ threads: 2 });
        await where(withoutWorkers, () => register({ threads: 1 }));
      },
    ],
  "run npm run build:kernels after changing an assembly file": [
    () => prepare("new_kernel_f32" as KernelName),
    () => prepare("fill_32"),
  ],
  'call tf.removeBackend("simd") and register it again': onSimd(
    (backend) => {
      backend.dispose();
      tf.add(tf.ones([1]), 1);
    },
    async (backend) => {
      backend.dispose();
      tf.removeBackend("simd");
      await registerSimdBackend({ threads: 1 });
      await tf.setBackend("simd");
      tf.add(tf.ones([1]), 1);
    },
  ),
  "go on there with its tf.real and tf.imag, and tf.complex of them": onSimd(
    async () => {
      const x = tf.complex([1], [2]);
      await tf.setBackend("cpu");
      tf.add(x, x);
    },
    async () => {
      const x = tf.complex([1], [2]);
      const [real, imag] = [tf.real(x), tf.imag(x)];
      await tf.setBackend("cpu");
      const moved = tf.complex(real, imag);
      tf.add(moved, moved);
    },
  ),
  "report this with what was computed": onSimd(
    (backend) => backend.heap.claim(0, 64),
    (backend) => {
      const at = backend.heap.allocate(64);
      backend.heap.release(at);
      backend.heap.claim(at, 64);
    },
  ),
  "report this with the shapes of the call": onSimd((backend) => {
    double(backend, 2 ** 32 - 65536);
  }, double),
  "give as many labels as samples": onSimd(
    () => crossEntropy(tf.ones([2, 3]), [0]),
    () => crossEntropy(tf.ones([2, 3]), [0, 2]),
  ),
  "give the model as many outputs as there are classes": onSimd(
    () => crossEntropy(tf.ones([2, 3]), [0, 3]),
    () => crossEntropy(tf.ones([2, 4]), [0, 3]),
  ),
};

export const untried: Untried = {
  "allow worker-src blob: in the page's content security policy, or pass threads: 1":
    "needs a page with a policy: test/browser/tabs.page.test.ts",
};
