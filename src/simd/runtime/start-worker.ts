import type * as workerThreads from "node:worker_threads";
import { messageOf } from "../simd-error.ts";
import { nodeModule } from "./node.ts";

/** A running worker thread, in Node or in a browser. */
export interface WorkerHandle {
  /** Resolves when the worker looks for work. */
  readonly ready: Promise<void>;
  /** Calls back when the worker is gone, whatever the reason. */
  onExit(callback: () => void): void;
  terminate(): void;
}

/** What to do where workers do not start. */
export function workersRemedy(): string {
  return nodeModule("worker_threads") === undefined
    ? "allow worker-src blob: in the page's content security policy, or pass threads: 1"
    : "let Node start threads (--allow-worker where --permission is given, and memory for each), or pass threads: 1";
}

/** Starts `source` as a worker and hands it `start`; rejects `ready` if it may not. */
export function startWorker(source: string, start: object): WorkerHandle {
  const threads = nodeModule("worker_threads");
  try {
    return threads === undefined
      ? startWebWorker(source, start)
      : startInNode(threads, source, start);
  } catch (cause) {
    const ready = Promise.reject(new Error(messageOf(cause), { cause }));
    return { ready, onExit: () => undefined, terminate: () => undefined };
  }
}

function startInNode(
  { Worker }: typeof workerThreads,
  source: string,
  start: object,
): WorkerHandle {
  // An empty execArgv keeps loaders and inspectors of the parent out of the worker.
  const worker = new Worker(source, { eval: true, workerData: start, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", () => {
      // Before this point an unreferenced worker could let the process exit during start-up.
      worker.unref();
      resolve();
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      reject(new Error("the worker exited before it was ready"));
    });
  });
  return {
    ready,
    onExit: (callback) => {
      worker.once("exit", callback);
    },
    terminate: () => void worker.terminate(),
  };
}

function startWebWorker(source: string, start: object): WorkerHandle {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "cifar-kit simd" });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve();
    };
    worker.onerror = (event) => {
      // A page's security policy stops it without a message.
      reject(new Error(event.message || "the worker's program was not started"));
    };
  });
  worker.postMessage(start);
  // A web worker has no exit event; it lives as long as its page unless it is terminated.
  return {
    ready,
    onExit: () => undefined,
    terminate: () => {
      worker.terminate();
    },
  };
}
