/**
 * The program of a worker thread. It imports nothing but types: scripts/build-kernels.mjs turns it into a
 * string, which runs as a Node worker and as a Web Worker alike.
 */

import type { CONTROL } from "../schema/control.ts";

/** What a worker is given. */
interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The functions that the module's table holds. */
  readonly kernelNames: readonly string[];
  readonly control: typeof CONTROL;
  readonly controlPtr: number;
  readonly scratch: number;
  /** 0 for the first worker. */
  readonly index: number;
  /** Milliseconds that an idle worker keeps looking before it sleeps. */
  readonly spinMs: number;
}

/** The functions of assembly/walk.ts. */
interface Walk {
  readonly walk: (program: number, worker: number, scratch: number) => number;
  readonly fail: () => void;
}

interface NodeWorkerThreads {
  readonly workerData: WorkerStart;
  readonly parentPort: { postMessage(message: string): void };
}

function serve(start: WorkerStart, report: (message: string) => void): void {
  const { module, memory, kernelNames, control, controlPtr } = start;
  const { scratch, index, spinMs } = start;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { walk, fail } = exports as unknown as Walk;
  const table = exports.table as WebAssembly.Table;
  table.grow(kernelNames.length);
  kernelNames.forEach((name, i) => {
    table.set(i, exports[name]);
  });
  const words = new Int32Array(memory.buffer, controlPtr, control.words);

  /** Does tasks until there are none for a moment; returns how many. */
  const work = (): number => {
    try {
      return walk(0, index, scratch);
    } catch {
      fail();
      return 1;
    }
  };

  Atomics.add(words, control.started, 1);
  report("ready");
  for (let idleSince = performance.now(); Atomics.load(words, control.quit) === 0;) {
    const helpers = Atomics.load(words, control.helpers);
    if (helpers <= index) {
      Atomics.wait(words, control.helpers, helpers);
      continue;
    }
    // Read before the look: what opens after it ends the wait at once.
    const turn = Atomics.load(words, control.turn);
    const done = work();
    const now = performance.now();
    if (done > 0) idleSince = now;
    if (now < idleSince + spinMs) continue;
    Atomics.add(words, control.sleepers, 1);
    Atomics.wait(words, control.turn, turn);
    Atomics.sub(words, control.sleepers, 1);
    idleSince = performance.now();
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
