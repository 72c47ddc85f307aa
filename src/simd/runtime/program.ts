import { STEP } from "./layout.ts";
import type { LinearMemory } from "./linear-memory.ts";
import type { LoadedPlan } from "./loaded-plan.ts";
import { checkRange, type Range } from "./range.ts";
import type { Block, Recording } from "./recording.ts";
import type { PreparedCall, ThreadPool } from "./thread-pool.ts";
import { type Trap, trapped } from "./walker.ts";

/** One call whose words stand in memory. */
interface Step {
  readonly call: PreparedCall;
  /** What it looks at, if it is a look at integers. */
  readonly range: Range | undefined;
  /** Index of its first word. */
  readonly at: number;
  /** The input from which alone it computes what is kept; -1: it is needed at every run. */
  readonly onlyFrom: number;
}

const ALWAYS = -1;
/** The words of each step begin at a multiple of 64 bytes. */
const ALIGNMENT = 16;

/**
 * A recorded computation as a list of calls that is written once, with all words; the threads go through
 * it by themselves. At each run it reads its inputs where they are; all other memory is its own. Its
 * results stay in their places until the next run overwrites them.
 *
 * What a plan prepares from an input is computed again when that input has changed, and only then.
 */
export class Program {
  /** Bytes of its memory. */
  bytes = 0;
  /** Addresses of the results. */
  readonly results: readonly number[];
  readonly #heap: LinearMemory;
  readonly #pool: ThreadPool;
  readonly #owned: number[] = [];
  readonly #steps: Step[] = [];
  /** Of each input and of each drawn number: words that follow it, and what is added to it there. */
  readonly #inputs: [word: number, plus: number][][];
  readonly #draws: [word: number, plus: number][][];
  readonly #addresses: number[];
  readonly #versions: number[];
  /** Address of the words of all calls; behind them stands the list of steps. */
  #params = 0;
  /** Index of the list's first word. */
  #list = 0;
  #length = 0;
  #runs = 0;
  /** Milliseconds that one free thread needs. */
  #work = Infinity;
  #words: Uint32Array = new Uint32Array();

  /** Takes over the memory of a recording, and that of its results; nothing if there is no room. */
  constructor(heap: LinearMemory, pool: ThreadPool, recording: Recording) {
    this.#heap = heap;
    this.#pool = pool;
    this.#inputs = Array.from({ length: recording.inputs }, () => []);
    this.#draws = Array.from({ length: recording.draws }, () => []);
    this.#addresses = this.#inputs.map(() => 0);
    this.#versions = this.#inputs.map(() => NaN);
    this.results = recording.results.map(({ ptr }) => ptr);
    try {
      for (const [from, to] of stretches(recording.freed, recording.results)) {
        this.#owned.push(...heap.claim(from, to));
        this.bytes += to - from;
      }
      const words = this.#write(recording);
      this.#list = words.length;
      this.#length = words.length + (this.#steps.length + 1) * STEP.length;
      this.#params = this.#own(this.#length * 4);
      this.#words = this.#wordsNow();
      this.#words.set(words);
      for (const [i, { call, at }] of this.#steps.entries()) {
        this.#words[this.#inList(i, STEP.kernel)] = call.kernel.index;
        this.#words[this.#inList(i, STEP.tasks)] = call.tasks;
        this.#words[this.#inList(i, STEP.words)] = this.#params + at * 4;
      }
      this.#words[this.#inList(this.#steps.length, STEP.tasks)] = -1;
    } catch (full) {
      this.dispose(new Set(this.results));
      throw full;
    }
  }

  /**
   * @param addresses of the inputs.
   * @param versions of their data: other numbers than before where those have changed.
   * @param drawn the numbers that are drawn for this run.
   */
  run(addresses: readonly number[], versions: readonly number[], drawn: readonly number[]): void {
    // Growing the memory replaces its buffer.
    if (this.#words.buffer !== this.#heap.memory.buffer) this.#words = this.#wordsNow();
    for (let i = 0; i < addresses.length; i++) {
      if (this.#addresses[i] !== addresses[i]) this.#patch(this.#inputs[i], addresses[i]);
      this.#addresses[i] = addresses[i];
    }
    for (let i = 0; i < drawn.length; i++) this.#patch(this.#draws[i], drawn[i]);
    for (let i = 0; i < this.#steps.length; i++) {
      const { call, onlyFrom } = this.#steps[i];
      if (onlyFrom === ALWAYS) continue;
      const isKept = this.#versions[onlyFrom] === versions[onlyFrom];
      this.#words[this.#inList(i, STEP.tasks)] = isKept ? 0 : call.tasks;
    }
    if (this.#pool.isTimed(this.#runs++)) this.#runTimed();
    else this.#runWhole();
    for (let i = 0; i < versions.length; i++) this.#versions[i] = versions[i];
  }

  /** Gives its memory back, but for results that others have taken over. */
  dispose(taken: ReadonlySet<number>): void {
    for (const ptr of [...this.#owned, ...this.results]) {
      if (!taken.has(ptr)) this.#heap.release(ptr);
    }
  }

  #runWhole(): void {
    const first = this.#params + this.#list * 4;
    const trap = this.#pool.runProgram(first, this.#work);
    if (trap !== null) this.#fail((trap.step - first) / (STEP.length * 4), trap);
  }

  /** Runs step by step, and learns how long it takes. */
  #runTimed(): void {
    let work = 0;
    for (const [i, { call, at }] of this.#steps.entries()) {
      if (this.#words[this.#inList(i, STEP.tasks)] === 0) continue;
      const trap = this.#pool.runAt(call, this.#params + at * 4, true);
      if (trap !== null) this.#fail(i, trap);
      // Of few tasks this thread may not have done one yet.
      if (call.best < Infinity) work += call.best * call.tasks;
    }
    this.#work = work;
  }

  #fail(step: number, { cause }: Trap): never {
    const { call, range, at } = this.#steps[step];
    if (range !== undefined) checkRange(this.#heap, this.#words[at], range);
    throw trapped(call.kernel.name, cause);
  }

  /** Index of a word of a step, the how manieth, in the list. */
  #inList(step: number, word: number): number {
    return this.#list + step * STEP.length + word;
  }

  #patch(places: readonly [word: number, plus: number][], value: number): void {
    for (const [word, plus] of places) this.#words[word] = value + plus;
  }

  /** Plans the steps of a recording; gives the words of all of them. */
  #write({ entries, freed, results, constants }: Recording): number[] {
    const blocks = new Map([...freed, ...results].map(({ index, ptr }) => [index, ptr]));
    const filled = constants.map(({ contents }) => this.#filled(contents!));
    const tables = new Map<LoadedPlan, number>();
    const tablesOf = (plan: LoadedPlan): number => {
      const at = tables.get(plan) ?? this.#filled(this.#heap.uint8(plan.tables, plan.tableBytes));
      tables.set(plan, at);
      return at;
    };
    const words: number[] = [];
    for (const { sources, plan, kept, range } of entries) {
      const bases = sources.map(({ from, index }) => {
        if (from === "number") return index;
        if (from === "block") return blocks.get(index)!;
        if (from === "constant") return filled[index];
        // Those of inputs and of drawn numbers come when it runs.
        return from === "tables" ? tablesOf(plan!) : 0;
      });
      const step = (call: PreparedCall, onlyFrom = ALWAYS): void => {
        const at = Math.ceil(words.length / ALIGNMENT) * ALIGNMENT;
        while (words.length < at) words.push(0);
        this.#steps.push({ call, range, at, onlyFrom });
        words.push(...call.words);
        const { places } = call;
        for (let i = 0; i < places.length; i += 2) {
          const [word, base] = [at + places[i], places[i + 1]];
          const { from, index } = sources[base];
          if (from === "input") this.#inputs[index].push([word, words[word]]);
          if (from === "draw") this.#draws[index].push([word, words[word]]);
          words[word] += bases[base];
        }
      };
      for (const { operand, of, base, bytes, calls } of plan?.preparations ?? []) {
        const { from, index } = sources[operand];
        const isKept = from === "input" && kept!.includes(of);
        if (isKept) bases[base] = this.#own(bytes);
        for (const call of calls) step(call, isKept ? index : ALWAYS);
      }
      for (const call of plan?.calls ?? [this.#look(range!)]) step(call);
    }
    return words;
  }

  /** The call that traps if an integer is out of range. */
  #look({ length, limit }: Range): PreparedCall {
    const words = Uint32Array.of(0, length, limit);
    return this.#pool.prepare({ kernel: "check_range_32", tasks: 1, words, places: [0, 0] });
  }

  #own(bytes: number): number {
    const ptr = this.#heap.allocate(bytes);
    this.#owned.push(ptr);
    this.bytes += bytes;
    return ptr;
  }

  #filled(contents: Uint8Array): number {
    // A copy: it may be a view of memory that grows now.
    const ptr = this.#heap.store(contents.slice());
    this.#owned.push(ptr);
    this.bytes += contents.length;
    return ptr;
  }

  #wordsNow(): Uint32Array {
    return new Uint32Array(this.#heap.memory.buffer, this.#params, this.#length);
  }
}

/** The bytes that some blocks cover, without those of others, as stretches from where to where. */
function stretches(blocks: readonly Block[], without: readonly Block[]): [number, number][] {
  let found: [from: number, to: number][] = [];
  for (const { ptr, bytes } of [...blocks].sort((a, b) => a.ptr - b.ptr)) {
    const last = found.at(-1);
    if (last !== undefined && ptr <= last[1]) last[1] = Math.max(last[1], ptr + bytes);
    else found.push([ptr, ptr + bytes]);
  }
  for (const { ptr, bytes } of without) {
    found = found
      .flatMap(([from, to]): [number, number][] => [
        [from, Math.min(to, ptr)],
        [Math.max(from, ptr + bytes), to],
      ])
      .filter(([from, to]) => from < to);
  }
  return found;
}
