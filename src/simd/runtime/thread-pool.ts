import { workerSource } from "../kernels.generated.ts";
import type { Call } from "../plans/plan.ts";
import { CONSTANTS } from "../schema/constants.ts";
import { writeMath } from "../schema/math.ts";
import { messageOf, SimdBackendError } from "../simd-error.ts";
import { availableThreads } from "./features.ts";
import { HelperCount } from "./helper-count.ts";
import { CONTROL, CONTROL_PTR, PARAMS_PTR, PARAMS_WORDS } from "./layout.ts";
import type { LinearMemory } from "./linear-memory.ts";
import { startWorker, type WorkerHandle, workersRemedy } from "./start-worker.ts";

/** A kernel of the module: does one task of one call. */
type TaskKernel = (task: number, params: number, scratch: number) => void;

interface Kernel {
  readonly name: string;
  readonly index: number;
  readonly run: TaskKernel;
}

/** A call of a plan whose kernel is found. */
export interface PreparedCall extends Omit<Call, "kernel"> {
  readonly kernel: Kernel;
  /** The fewest milliseconds that one of its tasks took. */
  best: number;
}

export interface ThreadPoolOptions {
  /** Milliseconds that an idle worker keeps looking for work before it sleeps. */
  readonly spinMs?: number;
  /** Milliseconds without any finished task after which a claimed task counts as lost. */
  readonly lostAfterMs?: number;
  /** Processors that are there: no more threads work at first. */
  readonly processors?: number;
}

/** Milliseconds that the caller looks for the end of claimed tasks before it sleeps on them. */
const CALLER_SPIN_MS = 0.2;

/**
 * Runs the tasks of one kernel call at a time on the calling thread and its workers.
 *
 * Tasks are claimed, not assigned: whoever is free takes the next one, the caller like any other.
 * The caller never waits for a worker to show up; in the end it waits only for tasks that a worker
 * has claimed and not yet finished. A worker that gets no processor costs nothing, and one that is
 * often interrupted is sent on a pause (helper-count.ts).
 *
 * A claim is one compare-and-exchange on the number of unclaimed tasks, and everything about the
 * call is read after it. If the exchange succeeds, the call that runs at that moment has exactly
 * that many unclaimed tasks, whatever happened since the number was first read.
 */
export class ThreadPool {
  readonly #kernels: ReadonlyMap<string, Kernel>;
  readonly #module: WebAssembly.Module;
  readonly #heap: LinearMemory;
  readonly #control: Int32Array;
  readonly #scratch: number;
  readonly #spinMs: number;
  readonly #lostAfterMs: number;
  readonly #processors: number;
  readonly #mayWait: boolean;
  #workers: readonly WorkerHandle[] = [];
  #helpers = new HelperCount(0);
  #params: Uint32Array;
  #broken = "";

  constructor(module: WebAssembly.Module, heap: LinearMemory, options: ThreadPoolOptions = {}) {
    const { spinMs = 2, lostAfterMs = 60_000, processors = availableThreads() } = options;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
    this.#kernels = new Map(
      names.map((name, index) => [name, { name, index, run: exports[name] as TaskKernel }]),
    );
    writeMath(heap.memory.buffer);
    this.#module = module;
    this.#heap = heap;
    this.#spinMs = spinMs;
    this.#lostAfterMs = lostAfterMs;
    this.#processors = processors;
    this.#control = heap.int32(CONTROL_PTR, CONTROL.words);
    this.#params = new Uint32Array(heap.memory.buffer, PARAMS_PTR, PARAMS_WORDS);
    this.#scratch = heap.allocate(CONSTANTS.SCRATCH_BYTES);
    this.#mayWait = heap.shared && mayWait(this.#control);
  }

  /** Threads that work, or are about to, the calling one included. */
  get threads(): number {
    return 1 + this.#workers.length;
  }

  /**
   * Starts workers, so that `count` threads work. Needs a shared memory. It ends when all of them are
   * there; until then, and where some fail, those that are there work, the caller alone at first.
   */
  async start(count: number): Promise<void> {
    this.#workers = Array.from({ length: count - 1 }, (_, index) => this.#startWorker(index));
    this.#helpers = new HelperCount(count - 1, this.#processors - 1);
    this.#announceHelpers();
    const failures: unknown[] = [];
    const starting = this.#workers.map((worker) => {
      const lose = (): void => {
        this.#workers = this.#workers.filter((other) => other !== worker);
      };
      worker.onExit(lose);
      return worker.ready.catch((cause: unknown) => {
        lose();
        failures.push(cause);
      });
    });
    await Promise.all(starting);
    if (failures.length === 0 || this.#broken !== "") return;
    throw new SimdBackendError(
      "registerSimdBackend",
      `${count - 1} worker threads to start`,
      messageOf(failures[0]),
      workersRemedy(),
      failures[0],
    );
  }

  /** Finds the kernel of a call. */
  prepare({ kernel: name, ...call }: Call): PreparedCall {
    const kernel = this.#kernels.get(name);
    if (kernel === undefined || call.words.length > PARAMS_WORDS) {
      throw new SimdBackendError(
        "ThreadPool.prepare",
        `an exported kernel and up to ${PARAMS_WORDS} words`,
        `"${name}" and ${call.words.length}`,
        "run npm run build:kernels after changing an assembly file",
      );
    }
    return { ...call, kernel, best: Infinity };
  }

  /** Runs all tasks of a call and returns when they are done. `bases` are what its places are from. */
  run(call: PreparedCall, bases: readonly number[]): void {
    this.#writeParams(call, bases);
    this.runAt(call, PARAMS_PTR);
  }

  /** The same with the words that stand at an address already. */
  runAt(call: PreparedCall, params: number): void {
    if (this.#broken !== "") throw this.#lost(this.#broken);
    if (call.tasks <= 1 || this.#isAlone()) this.#runAlone(call, params);
    else this.#runMeasured(call, params);
  }

  /** Ends the workers. The pool must not run anything afterwards. */
  stop(): void {
    this.#broken = "the backend was disposed";
    if (!this.#heap.shared) return;
    Atomics.store(this.#control, CONTROL.quit, 1);
    Atomics.add(this.#control, CONTROL.region, 1);
    Atomics.notify(this.#control, CONTROL.region);
    Atomics.notify(this.#control, CONTROL.helpers);
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  /** Whether no worker is there yet. Memory tells: events do not reach a caller that never pauses. */
  #isAlone(): boolean {
    return this.#workers.length === 0 || Atomics.load(this.#control, CONTROL.started) === 0;
  }

  #startWorker(index: number): WorkerHandle {
    return startWorker(workerSource, {
      module: this.#module,
      memory: this.#heap.memory,
      kernelNames: [...this.#kernels.keys()],
      control: CONTROL,
      controlPtr: CONTROL_PTR,
      scratch: this.#heap.allocate(CONSTANTS.SCRATCH_BYTES),
      index,
      spinMs: this.#spinMs,
    });
  }

  #runAlone({ kernel: { name, run }, tasks }: PreparedCall, params: number): void {
    try {
      for (let task = 0; task < tasks; task++) run(task, params, this.#scratch);
    } catch (cause) {
      throw trapped(name, cause);
    }
  }

  #runMeasured(call: PreparedCall, params: number): void {
    const { kernel, tasks: taskCount } = call;
    const helpers = this.#helpers.current;
    const start = performance.now();
    let own = taskCount;
    if (helpers === 0) this.#runAlone(call, params);
    else own = this.#runWithHelp(call, params);
    const worked = performance.now();
    if (helpers > 0) this.#waitForClaimed(kernel, worked);
    const end = performance.now();
    // The fastest that this thread was seen to do one task of such a call.
    const perTask = own > 0 ? (worked - start) / own : Infinity;
    call.best = Math.min(call.best, perTask);
    if (call.best === Infinity) return;
    this.#helpers.record(call.best * taskCount, end - start, end);
    if (this.#helpers.current !== helpers) this.#announceHelpers();
  }

  /** Publishes the call, does what it can and returns how many tasks that was. */
  #runWithHelp({ kernel, tasks }: PreparedCall, params: number): number {
    this.#open(kernel.index, tasks, params);
    return this.#work(kernel.run, params);
  }

  #writeParams({ words, places }: PreparedCall, bases: readonly number[]): void {
    // Growing the memory detaches views of it where it is not shared.
    if (this.#params.length === 0) {
      this.#params = new Uint32Array(this.#heap.memory.buffer, PARAMS_PTR, PARAMS_WORDS);
    }
    const params = this.#params;
    for (let i = 0; i < words.length; i++) params[i] = words[i];
    for (let i = 0; i < places.length; i += 2) params[places[i]] += bases[places[i + 1]];
  }

  /** Publishes the call: first what it is, then the tasks, then the news. */
  #open(kernel: number, taskCount: number, params: number): void {
    const control = this.#control;
    Atomics.store(control, CONTROL.kernel, kernel);
    Atomics.store(control, CONTROL.params, params);
    Atomics.store(control, CONTROL.unfinished, taskCount);
    Atomics.store(control, CONTROL.unclaimed, taskCount);
    Atomics.add(control, CONTROL.region, 1);
    if (Atomics.load(control, CONTROL.sleepers) > 0) Atomics.notify(control, CONTROL.region);
  }

  /** Claims one task after another until none is left; returns how many. */
  #work(run: TaskKernel, params: number): number {
    const control = this.#control;
    for (let own = 0; ;) {
      const unclaimed = Atomics.load(control, CONTROL.unclaimed);
      if (unclaimed <= 0) return own;
      const left = unclaimed - 1;
      if (Atomics.compareExchange(control, CONTROL.unclaimed, unclaimed, left) !== unclaimed) {
        continue;
      }
      try {
        run(left, params, this.#scratch);
      } catch {
        Atomics.add(control, CONTROL.failed, 1);
      }
      Atomics.sub(control, CONTROL.unfinished, 1);
      own++;
    }
  }

  /** Waits until the tasks that workers have claimed are finished: first looking, then asleep. */
  #waitForClaimed({ name }: Kernel, start: number): void {
    const control = this.#control;
    let unfinished = Atomics.load(control, CONTROL.unfinished);
    for (let progressAt = start, now = start; unfinished !== 0;) {
      for (let look = 0; unfinished !== 0 && look < 256; look++) {
        unfinished = Atomics.load(control, CONTROL.unfinished);
      }
      now = performance.now();
      if (unfinished === 0 || now < start + CALLER_SPIN_MS) continue;
      if (this.#mayWait) Atomics.wait(control, CONTROL.unfinished, unfinished, 1000);
      const left = Atomics.load(control, CONTROL.unfinished);
      if (left !== unfinished) progressAt = now;
      else if (now > progressAt + this.#lostAfterMs) {
        this.#broken = `a thread that claimed a task of ${name} and never finished it`;
        throw this.#lost(this.#broken);
      }
      unfinished = left;
    }
    if (Atomics.exchange(control, CONTROL.failed, 0) !== 0) throw trapped(name);
  }

  #announceHelpers(): void {
    Atomics.store(this.#control, CONTROL.helpers, this.#helpers.current);
    Atomics.notify(this.#control, CONTROL.helpers);
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
