import type * as workerThreads from "node:worker_threads";
import { nodeModule } from "./node.ts";

/** A running worker thread, in Node or in a browser. */
export interface WorkerHandle {
  /** Resolves when the worker looks for work. */
  readonly ready: Promise<void>;
  /** Calls back when the worker is gone, whatever the reason. */
  onExit(callback: () => void): void;
  terminate(): void;
}

/** Starts `source` as a worker and hands it `start`. */
export function startWorker(source: string, start: object): WorkerHandle {
  const threads = nodeModule("worker_threads");
  return threads === undefined
    ? startWebWorker(source, start)
    : startInNode(threads, source, start);
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
