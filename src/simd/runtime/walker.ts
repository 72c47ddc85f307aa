import { CONSTANTS } from "../schema/constants.ts";
import { CONTROL, CONTROL_PTR } from "../schema/control.ts";
import { SimdBackendError } from "../simd-error.ts";
import { HEAP_PTR } from "./layout.ts";
import type { LinearMemory } from "./linear-memory.ts";

/** The functions of assembly/walk.ts. */
interface Walk {
  readonly walk: (program: number, worker: number, scratch: number) => number;
  readonly fail: () => void;
}

/** A task that stopped in the middle: an address out of bounds, or what `check_range_32` refuses. */
export interface Trap {
  /** Address of the step. */
  readonly step: number;
  /** What was thrown, if that was on this thread. */
  readonly cause: unknown;
}

/** The calling thread among the helpers. */
const CALLER = -1;
/** Milliseconds that the caller looks for a task, or for the end, before it sleeps. */
const SPIN_MS = 0.2;

/**
 * The calling thread's way through programs: it works like any other thread, and stays to the end.
 *
 * It never waits for a worker to show up, only for tasks that a worker has claimed and not yet finished.
 */
export class Walker {
  /** Where the exported functions stand in the module's table, by their names. */
  readonly kernels: ReadonlyMap<string, number>;
  /** Why nothing may run any more. */
  broken = "";
  readonly #heap: LinearMemory;
  readonly #module: Walk;
  readonly #scratch: number;
  readonly #lostAfterMs: number;
  readonly #mayWait: boolean;
  #fixed: Int32Array;
  #cause: unknown;

  constructor(module: WebAssembly.Module, heap: LinearMemory, lostAfterMs: number) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    const names = Object.keys(exports).filter((name) => typeof exports[name] === "function");
    const table = exports.table as WebAssembly.Table;
    table.grow(names.length);
    names.forEach((name, i) => {
      table.set(i, exports[name]);
    });
    this.kernels = new Map(names.map((name, i) => [name, i]));
    const { walk, fail } = exports as unknown as Walk;
    this.#module = { walk, fail };
    this.#heap = heap;
    this.#scratch = heap.allocate(CONSTANTS.SCRATCH_BYTES);
    this.#lostAfterMs = lostAfterMs;
    this.#fixed = this.#fixedNow();
    this.#mayWait = heap.shared && mayWait(this.#fixed);
  }

  /** All words below the heap, from the control words on. */
  get fixed(): Int32Array {
    // Growing the memory detaches views of it where it is not shared.
    if (this.#fixed.length === 0) this.#fixed = this.#fixedNow();
    return this.#fixed;
  }

  /** Begins the program at this address: does tasks until there are none to claim; returns how many. */
  begin(program: number): number {
    if (this.broken !== "") throw lost(this.broken);
    return this.#walk(program);
  }

  /** Stays until the program is done; returns the trap that ended it, or null. */
  end(): Trap | null {
    const control = this.fixed;
    if (Atomics.load(control, CONTROL.step) !== 0) this.#help(control);
    const step = Atomics.load(control, CONTROL.failed);
    if (step === 0) return null;
    Atomics.store(control, CONTROL.failed, 0);
    const cause = this.#cause;
    this.#cause = undefined;
    return { step: step >>> 0, cause };
  }

  /** Looks for tasks as long as the program runs, and sleeps where there are none for some time. */
  #help(control: Int32Array): void {
    let [turn, unfinished] = [0, 0];
    let idleSince = performance.now();
    for (let progressAt = idleSince; ;) {
      const seen = Atomics.load(control, CONTROL.turn);
      const left = Atomics.load(control, CONTROL.unfinished);
      const own = this.#walk(0);
      if (Atomics.load(control, CONTROL.step) === 0) return;
      const now = performance.now();
      if (own > 0) idleSince = now;
      if (own > 0 || seen !== turn || left !== unfinished) progressAt = now;
      else if (now > progressAt + this.#lostAfterMs) {
        this.broken = `a thread that claimed a task of ${this.#running(control)} and never finished it`;
        throw lost(this.broken);
      }
      [turn, unfinished] = [seen, left];
      if (!this.#mayWait || now < idleSince + SPIN_MS) continue;
      sleep(control, seen);
      idleSince = performance.now();
    }
  }

  #walk(program: number): number {
    try {
      return this.#module.walk(program, CALLER, this.#scratch);
    } catch (cause) {
      this.#cause = cause;
      this.#module.fail();
      return 0;
    }
  }

  /** The name of the kernel that runs. */
  #running(control: Int32Array): string {
    const step = Atomics.load(control, CONTROL.step) >>> 0;
    const [kernel] = new Uint32Array(this.#heap.memory.buffer, step, 1);
    return [...this.kernels.keys()][kernel];
  }

  #fixedNow(): Int32Array {
    return new Int32Array(this.#heap.memory.buffer, CONTROL_PTR, (HEAP_PTR - CONTROL_PTR) / 4);
  }
}

/** What is said of a trap that no valid call leads to. */
export function trapped(kernel: string, cause: unknown): SimdBackendError {
  const remedy = "report this with the shapes of the call";
  return new SimdBackendError("simd backend", `${kernel} to finish`, "a trap", remedy, cause);
}

function lost(what: string): SimdBackendError {
  return new SimdBackendError(
    "simd backend",
    "all of its threads alive",
    what,
    'call tf.removeBackend("simd") and register it again',
  );
}

/** Sleeps until another step is opened, or the program has ended. */
function sleep(control: Int32Array, turn: number): void {
  Atomics.store(control, CONTROL.dozing, 1);
  Atomics.add(control, CONTROL.sleepers, 1);
  // Who ended the program before did not see that anybody sleeps.
  if (Atomics.load(control, CONTROL.step) !== 0) Atomics.wait(control, CONTROL.turn, turn, 1000);
  Atomics.sub(control, CONTROL.sleepers, 1);
  Atomics.store(control, CONTROL.dozing, 0);
}

/** Whether this thread may sleep: the main thread of a browser page may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, CONTROL.turn, -1, 0);
    return true;
  } catch {
    return false;
  }
}
