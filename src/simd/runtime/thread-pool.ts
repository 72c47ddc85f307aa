import { workerSource } from "../kernels.generated.ts";
import type { Call } from "../plans/plan.ts";
import { CONSTANTS } from "../schema/constants.ts";
import { CONTROL, CONTROL_PTR } from "../schema/control.ts";
import { writeMath } from "../schema/math.ts";
import { messageOf, SimdBackendError } from "../simd-error.ts";
import { availableThreads } from "./features.ts";
import { HelperCount } from "./helper-count.ts";
import { PARAMS_PTR, PARAMS_WORDS, SINGLE_PTR, STEP } from "./layout.ts";
import type { LinearMemory } from "./linear-memory.ts";
import { startWorker, type WorkerHandle, workersRemedy } from "./start-worker.ts";
import { type Trap, trapped, Walker } from "./walker.ts";

/** A call of a plan whose kernel is found. */
export interface PreparedCall extends Omit<Call, "kernel"> {
  readonly kernel: { readonly name: string; readonly index: number };
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

/** Index in the fixed words of the program of one step, and of the words of its call. */
const SINGLE = (SINGLE_PTR - CONTROL_PTR) / 4;
const PARAMS = (PARAMS_PTR - CONTROL_PTR) / 4;
/** Of so many runs of a program two are done step by step, to see how long each step takes. */
const TIMED_RUNS = 32;

/**
 * The calling thread and its workers, which do the tasks of one program at a time. A call that is run
 * once is a program of one step.
 *
 * A worker that gets no processor costs nothing, and one that is often interrupted is sent on a pause
 * (helper-count.ts).
 */
export class ThreadPool {
  readonly #module: WebAssembly.Module;
  readonly #heap: LinearMemory;
  readonly #walker: Walker;
  readonly #spinMs: number;
  readonly #processors: number;
  #workers: readonly WorkerHandle[] = [];
  #helpers = new HelperCount(0);

  constructor(module: WebAssembly.Module, heap: LinearMemory, options: ThreadPoolOptions = {}) {
    const { spinMs = 2, lostAfterMs = 60_000, processors = availableThreads() } = options;
    this.#walker = new Walker(module, heap, lostAfterMs);
    writeMath(heap.memory.buffer);
    this.#module = module;
    this.#heap = heap;
    this.#spinMs = spinMs;
    this.#processors = processors;
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
    if (failures.length === 0 || this.#walker.broken !== "") return;
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
    const index = this.#walker.kernels.get(name);
    if (index === undefined || call.words.length > PARAMS_WORDS) {
      throw new SimdBackendError(
        "ThreadPool.prepare",
        `an exported kernel and up to ${PARAMS_WORDS} words`,
        `"${name}" and ${call.words.length}`,
        "run npm run build:kernels after changing an assembly file",
      );
    }
    return { ...call, kernel: { name, index }, best: Infinity };
  }

  /** Runs all tasks of a call and returns when they are done. `bases` are what its places are from. */
  run(call: PreparedCall, bases: readonly number[]): void {
    const { words, places } = call;
    const { fixed } = this.#walker;
    for (let i = 0; i < words.length; i++) fixed[PARAMS + i] = words[i];
    for (let i = 0; i < places.length; i += 2) fixed[PARAMS + places[i]] += bases[places[i + 1]];
    const trap = this.runAt(call, PARAMS_PTR, call.tasks > 1);
    if (trap !== null) throw trapped(call.kernel.name, trap.cause);
  }

  /** The same with the words that stand at an address already; returns what stopped it, or null. */
  runAt(call: PreparedCall, params: number, isTimed: boolean): Trap | null {
    const { fixed } = this.#walker;
    fixed[SINGLE + STEP.kernel] = call.kernel.index;
    fixed[SINGLE + STEP.tasks] = call.tasks;
    fixed[SINGLE + STEP.words] = params;
    // The end.
    fixed[SINGLE + STEP.length + STEP.tasks] = -1;
    if (!isTimed || this.#isAlone()) return this.#runUntimed(SINGLE_PTR);
    const helpers = this.#helpers.current;
    const start = performance.now();
    const own = this.#walker.begin(SINGLE_PTR);
    const worked = performance.now();
    const trap = this.#walker.end();
    const end = performance.now();
    // The fastest that this thread was seen to do one task of such a call.
    if (own > 0) call.best = Math.min(call.best, (worked - start) / own);
    this.#book(call.best * call.tasks, end - start, end, helpers);
    return trap;
  }

  /**
   * Runs the program at an address; returns what stopped it, or null.
   * @param work milliseconds that one free thread needs for it, Infinity if nobody knows.
   */
  runProgram(program: number, work: number): Trap | null {
    if (this.#isAlone()) return this.#runUntimed(program);
    const helpers = this.#helpers.current;
    const start = performance.now();
    const trap = this.#runUntimed(program);
    const end = performance.now();
    this.#book(work, end - start, end, helpers);
    return trap;
  }

  /** Whether the run of a program after so many others is to be done step by step, by `runAt`. */
  isTimed(runs: number): boolean {
    return !this.#isAlone() && runs % TIMED_RUNS < 2;
  }

  /** Ends the workers. The pool must not run anything afterwards. */
  stop(): void {
    this.#walker.broken = "the backend was disposed";
    if (!this.#heap.shared) return;
    const control = this.#walker.fixed;
    Atomics.store(control, CONTROL.quit, 1);
    Atomics.add(control, CONTROL.turn, 1);
    Atomics.notify(control, CONTROL.turn);
    Atomics.notify(control, CONTROL.helpers);
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }

  /** Whether no worker is there yet. Memory tells: events do not reach a caller that never pauses. */
  #isAlone(): boolean {
    return this.#workers.length === 0 || Atomics.load(this.#walker.fixed, CONTROL.started) === 0;
  }

  #startWorker(index: number): WorkerHandle {
    return startWorker(workerSource, {
      module: this.#module,
      memory: this.#heap.memory,
      kernelNames: [...this.#walker.kernels.keys()],
      control: CONTROL,
      controlPtr: CONTROL_PTR,
      scratch: this.#heap.allocate(CONSTANTS.SCRATCH_BYTES),
      index,
      spinMs: this.#spinMs,
    });
  }

  #runUntimed(program: number): Trap | null {
    this.#walker.begin(program);
    return this.#walker.end();
  }

  /** Books what was done with so many helpers. */
  #book(work: number, time: number, now: number, helpers: number): void {
    if (work === Infinity) return;
    this.#helpers.record(work, time, now);
    if (this.#helpers.current !== helpers) this.#announceHelpers();
  }

  #announceHelpers(): void {
    const control = this.#walker.fixed;
    Atomics.store(control, CONTROL.helpers, this.#helpers.current);
    Atomics.notify(control, CONTROL.helpers);
  }
}
