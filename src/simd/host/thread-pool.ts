import { workerSource } from "../kernels.generated.ts";
import { SimdBackendError } from "../simd-error.ts";
import { CONTROL, CONTROL_PTR, PARAMS_PTR, PARAMS_WORDS, SCRATCH_BYTES } from "./layout.ts";
import type { LinearMemory } from "./linear-memory.ts";
import { startWorker, type WorkerHandle } from "./start-worker.ts";

/** A kernel of the module: does one task of one call. */
type TaskKernel = (task: number, params: number, scratch: number) => void;

export interface ThreadPoolOptions {
  /** Milliseconds that an idle worker keeps looking for work before it sleeps. */
  readonly spinMs?: number;
  /** Milliseconds without any finished task after which a claimed task counts as lost. */
  readonly lostAfterMs?: number;
}

/** Looks that the caller takes before it goes to sleep on the workers' last tasks. */
const CALLER_SPINS = 200_000;

/**
 * Runs the tasks of one kernel call at a time on the calling thread and its workers.
 *
 * Tasks are claimed, not assigned: whoever is free takes the next one, the caller like any other.
 * The caller never waits for a worker to show up; in the end it waits only for tasks that a worker
 * has claimed and not yet finished. A worker that gets no processor costs nothing.
 *
 * A claim is one compare-and-exchange on the number of unclaimed tasks, and everything about the
 * call is read after it. If the exchange succeeds, the call that runs at that moment has exactly
 * that many unclaimed tasks, whatever happened since the number was first read.
 */
export class ThreadPool {
  readonly #kernels: ReadonlyMap<string, { readonly index: number; readonly run: TaskKernel }>;
  readonly #module: WebAssembly.Module;
  readonly #heap: LinearMemory;
  readonly #control: Int32Array;
  readonly #scratch: number;
  readonly #spinMs: number;
  readonly #lostAfterMs: number;
  readonly #mayWait: boolean;
  #workers: readonly WorkerHandle[] = [];
  #params: Uint32Array;
  #broken = "";

  constructor(module: WebAssembly.Module, heap: LinearMemory, options: ThreadPoolOptions = {}) {
    const { spinMs = 2, lostAfterMs = 60_000 } = options;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
    this.#kernels = new Map(
      names.map((name, index) => [name, { index, run: exports[name] as TaskKernel }]),
    );
    this.#module = module;
    this.#heap = heap;
    this.#spinMs = spinMs;
    this.#lostAfterMs = lostAfterMs;
    this.#control = heap.int32(CONTROL_PTR, CONTROL.words);
    this.#params = new Uint32Array(heap.memory.buffer, PARAMS_PTR, PARAMS_WORDS);
    this.#scratch = heap.allocate(SCRATCH_BYTES);
    this.#mayWait = heap.shared && mayWait(this.#control);
  }

  /** Threads that work at present, the calling one included. */
  get threads(): number {
    return 1 + this.#workers.length;
  }

  /** Starts the workers, so that `count` threads work. Needs a shared memory. */
  async start(count: number): Promise<void> {
    const workers = Array.from({ length: count - 1 }, () =>
      startWorker(workerSource, {
        module: this.#module,
        memory: this.#heap.memory,
        kernelNames: [...this.#kernels.keys()],
        control: CONTROL,
        controlPtr: CONTROL_PTR,
        paramsPtr: PARAMS_PTR,
        scratch: this.#heap.allocate(SCRATCH_BYTES),
        spinMs: this.#spinMs,
      }),
    );
    try {
      await Promise.all(workers.map((worker) => worker.ready));
    } catch (error) {
      for (const worker of workers) worker.terminate();
      throw error;
    }
    this.#workers = workers;
    for (const worker of workers) {
      worker.onExit(() => {
        this.#workers = this.#workers.filter((other) => other !== worker);
      });
    }
  }

  /**
   * Runs tasks 0 .. taskCount - 1 of the kernel `name` and returns when all are done. `words` are
   * the 32-bit words of its parameter block: integers, addresses, float32 bits (`floatBits`).
   */
  run(name: string, taskCount: number, words: readonly number[]): void {
    if (this.#broken !== "") throw this.#lost(this.#broken);
    const kernel = this.#kernels.get(name);
    if (kernel === undefined || words.length > PARAMS_WORDS) {
      throw new SimdBackendError(
        "ThreadPool.run",
        `an exported kernel and up to ${PARAMS_WORDS} words`,
        `"${name}" and ${words.length}`,
        "run npm run build:kernels after changing an assembly file",
      );
    }
    this.#writeParams(words);
    const { run, index } = kernel;
    if (taskCount <= 1 || this.#workers.length === 0) {
      try {
        for (let task = 0; task < taskCount; task++) run(task, PARAMS_PTR, this.#scratch);
      } catch (cause) {
        throw trapped(name, cause);
      }
      return;
    }
    this.#open(index, taskCount);
    this.#work(run);
    this.#waitForClaimed(name);
    if (Atomics.exchange(this.#control, CONTROL.failed, 0) !== 0) throw trapped(name);
  }

  /** Ends the workers. The pool must not run anything afterwards. */
  stop(): void {
    this.#broken = "the backend was disposed";
    if (!this.#heap.shared) return;
    Atomics.store(this.#control, CONTROL.quit, 1);
    Atomics.add(this.#control, CONTROL.region, 1);
    Atomics.notify(this.#control, CONTROL.region);
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  #writeParams(words: readonly number[]): void {
    // Growing the memory replaces its buffer, and detaches the old one where it is not shared.
    if (this.#params.buffer !== this.#heap.memory.buffer) {
      this.#params = new Uint32Array(this.#heap.memory.buffer, PARAMS_PTR, PARAMS_WORDS);
    }
    for (let i = 0; i < words.length; i++) this.#params[i] = words[i];
  }

  /** Publishes the call: first what it is, then the tasks, then the news. */
  #open(kernel: number, taskCount: number): void {
    const control = this.#control;
    Atomics.store(control, CONTROL.kernel, kernel);
    Atomics.store(control, CONTROL.unfinished, taskCount);
    Atomics.store(control, CONTROL.unclaimed, taskCount);
    Atomics.add(control, CONTROL.region, 1);
    if (Atomics.load(control, CONTROL.sleepers) > 0) Atomics.notify(control, CONTROL.region);
  }

  #work(run: TaskKernel): void {
    const control = this.#control;
    for (;;) {
      const unclaimed = Atomics.load(control, CONTROL.unclaimed);
      if (unclaimed <= 0) return;
      const left = unclaimed - 1;
      if (Atomics.compareExchange(control, CONTROL.unclaimed, unclaimed, left) !== unclaimed) {
        continue;
      }
      try {
        run(left, PARAMS_PTR, this.#scratch);
      } catch {
        Atomics.add(control, CONTROL.failed, 1);
      }
      Atomics.sub(control, CONTROL.unfinished, 1);
    }
  }

  /** Waits until the tasks that workers have claimed are finished: first looking, then asleep. */
  #waitForClaimed(name: string): void {
    const control = this.#control;
    let unfinished = Atomics.load(control, CONTROL.unfinished);
    for (let spin = 0; unfinished !== 0 && spin < CALLER_SPINS; spin++) {
      unfinished = Atomics.load(control, CONTROL.unfinished);
    }
    let deadline = performance.now() + this.#lostAfterMs;
    while (unfinished !== 0) {
      if (this.#mayWait) Atomics.wait(control, CONTROL.unfinished, unfinished, 1000);
      const now = Atomics.load(control, CONTROL.unfinished);
      if (now !== unfinished) deadline = performance.now() + this.#lostAfterMs;
      else if (performance.now() > deadline) {
        this.#broken = `a thread that claimed a task of ${name} and never finished it`;
        throw this.#lost(this.#broken);
      }
      unfinished = now;
    }
  }

  #lost(what: string): SimdBackendError {
    return new SimdBackendError(
      "simd backend",
      "all of its threads alive",
      what,
      'call tf.removeBackend("simd") and register it again',
    );
  }
}

/** A kernel stopped in the middle: an address out of bounds, which no valid call leads to. */
function trapped(name: string, cause?: unknown): SimdBackendError {
  const remedy = "report this with the shapes of the call";
  return new SimdBackendError("simd backend", `${name} to finish`, "a trap", remedy, cause);
}

/** Whether this thread may sleep: the main thread of a browser page may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, CONTROL.region, -1, 0);
    return true;
  } catch {
    return false;
  }
}
