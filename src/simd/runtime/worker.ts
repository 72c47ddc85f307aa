/**
 * The program of a worker thread. It imports nothing but types: scripts/build-kernels.mjs turns it into a
 * string, which runs as a Node worker and as a Web Worker alike.
 */

import type { CONTROL } from "./layout.ts";

/** What a worker is given. */
interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly kernelNames: readonly string[];
  readonly control: typeof CONTROL;
  readonly controlPtr: number;
  readonly scratch: number;
  /** 0 for the first worker. */
  readonly index: number;
  /** Milliseconds that an idle worker keeps looking before it sleeps. */
  readonly spinMs: number;
}

interface NodeWorkerThreads {
  readonly workerData: WorkerStart;
  readonly parentPort: { postMessage(message: string): void };
}

function serve(start: WorkerStart, report: (message: string) => void): void {
  const { module, memory, kernelNames, control, controlPtr } = start;
  const { scratch, index, spinMs } = start;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  type Kernel = (task: number, params: number, scratch: number) => void;
  const kernels = kernelNames.map((name) => exports[name] as Kernel);
  const words = new Int32Array(memory.buffer, controlPtr, control.words);

  /** Claims one task after another; returns when none is left. */
  const work = (): void => {
    for (;;) {
      const unclaimed = Atomics.load(words, control.unclaimed);
      if (unclaimed <= 0) return;
      if (
        Atomics.compareExchange(words, control.unclaimed, unclaimed, unclaimed - 1) !== unclaimed
      ) {
        continue;
      }
      // Only now is it known which region the task belongs to: the one that runs at this moment
      // and cannot end before this task is counted as finished.
      try {
        const kernel = kernels[Atomics.load(words, control.kernel)];
        kernel(unclaimed - 1, Atomics.load(words, control.params), scratch);
      } catch {
        Atomics.add(words, control.failed, 1);
      }
      if (Atomics.sub(words, control.unfinished, 1) === 1) {
        Atomics.notify(words, control.unfinished);
      }
    }
  };

  /** Returns when a region other than `seen` has begun. */
  const waitForRegion = (seen: number): void => {
    const deadline = performance.now() + spinMs;
    do {
      for (let i = 0; i < 256; i++) {
        if (Atomics.load(words, control.region) !== seen) return;
      }
    } while (performance.now() < deadline);
    Atomics.add(words, control.sleepers, 1);
    Atomics.wait(words, control.region, seen);
    Atomics.sub(words, control.sleepers, 1);
  };

  Atomics.add(words, control.started, 1);
  report("ready");
  while (Atomics.load(words, control.quit) === 0) {
    const helpers = Atomics.load(words, control.helpers);
    if (helpers <= index) {
      Atomics.wait(words, control.helpers, helpers);
      continue;
    }
    const seen = Atomics.load(words, control.region);
    work();
    waitForRegion(seen);
  }
}

interface WorkerScope {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  onmessage?: (event: { data: WorkerStart }) => void;
  postMessage?(message: string): void;
}

const scope = globalThis as unknown as WorkerScope;
const threads = scope.process?.getBuiltinModule?.("node:worker_threads") as
  NodeWorkerThreads | undefined;
if (threads !== undefined) {
  serve(threads.workerData, (message) => {
    threads.parentPort.postMessage(message);
  });
} else {
  scope.onmessage = ({ data }) => {
    serve(data, (message) => scope.postMessage?.(message));
  };
}
