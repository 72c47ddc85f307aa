import { TABLES } from "../plans/plan.ts";
import type { MemoryObserver } from "./linear-memory.ts";
import type { LoadedPlan } from "./loaded-plan.ts";
import type { Range } from "./range.ts";

/**
 * Where a base of a recorded plan comes from: a number, or one that is drawn anew each time; the
 * address of an input, of memory that was allocated in the recording, of such memory that JavaScript
 * filled before anything used it; the plan's own tables.
 */
export interface Source {
  readonly from: "number" | "draw" | "input" | "block" | "constant" | "tables";
  /** The number; else which of them. */
  readonly index: number;
}

/** Memory that was allocated in a recording, the how manieth, and what JavaScript wrote there. */
export interface Block {
  readonly index: number;
  readonly ptr: number;
  readonly size: number;
  /** The size, rounded up to what the allocator gives. */
  readonly bytes: number;
  state: "new" | "filled" | "used";
  contents: Uint8Array | null;
}

/** A plan that was run, or numbers that were looked at, with what the bases were. */
export interface Entry {
  readonly sources: Source[];
  readonly plan?: LoadedPlan;
  /** Operands of the plan of which preparations may be kept. */
  readonly kept?: readonly string[];
  readonly range?: Range;
}

/**
 * What one computation does: the plans that it runs and where, told in a way that does not depend on
 * addresses. What is not a plan cannot be repeated: then there is a `reason`.
 */
export class Recording implements MemoryObserver {
  readonly entries: Entry[] = [];
  /** Memory that has been given back again. */
  readonly freed: Block[] = [];
  readonly constants: Block[] = [];
  /** Where the results are, each once. */
  results: readonly Block[] = [];
  /** Of each output, which result it is. */
  outputs: readonly number[] = [];
  reason = "";
  /** How many of each there are. */
  readonly inputs: number;
  draws = 0;
  readonly #inputs: ReadonlyMap<number, number>;
  readonly #blocks = new Map<number, Block>();
  readonly #contents: (ptr: number, bytes: number) => Uint8Array;
  #allocated = 0;

  /**
   * @param inputs the addresses of all that may be read.
   * @param contents gives a copy of memory.
   */
  constructor(inputs: readonly number[], contents: (ptr: number, bytes: number) => Uint8Array) {
    this.#contents = contents;
    this.inputs = inputs.length;
    this.#inputs = new Map(inputs.map((ptr, i) => [ptr, i]));
    if (this.#inputs.size < inputs.length) this.refuse("two weights share their data");
  }

  /** Says why this cannot be repeated; the first reason counts. */
  refuse(reason: string): void {
    this.reason ||= reason;
  }

  allocated(ptr: number, size: number): void {
    const bytes = Math.max(64, Math.ceil(size / 64) * 64);
    const index = this.#allocated++;
    this.#blocks.set(ptr, { index, ptr, size, bytes, state: "new", contents: null });
  }

  released(ptr: number): void {
    const block = this.#blocks.get(ptr);
    if (block === undefined) return;
    this.#blocks.delete(ptr);
    this.freed.push(block);
  }

  touched(ptr: number): void {
    const block = this.#blocks.get(ptr);
    if (block === undefined || block.state === "used") {
      this.refuse("JavaScript reads what the step computes from");
    } else {
      block.state = "filled";
    }
  }

  changed(): void {
    this.refuse("a variable is changed in place");
  }

  /** Notes a plan that is about to run. */
  plan(plan: LoadedPlan, bases: readonly number[], kept: readonly string[]): void {
    const sources = bases.map((value, base) => {
      if (!plan.addresses.has(base)) {
        // What no call uses may be anything.
        return { from: "number", index: plan.numbers.has(base) ? value >>> 0 : 0 } as const;
      }
      return base === TABLES ? ({ from: "tables", index: 0 } as const) : this.#sourceOf(value);
    });
    this.entries.push({ plan, kept, sources });
  }

  /** Notes numbers that have to be looked at each time. */
  range(ptr: number, range: Range): void {
    this.entries.push({ range, sources: [this.#sourceOf(ptr)] });
  }

  /**
   * Ends the recording.
   * @param outputs the addresses of what was computed.
   * @param drawn the numbers that were drawn meanwhile.
   */
  end(outputs: readonly number[], drawn: readonly number[]): void {
    const found = outputs.map((ptr) => this.#blocks.get(ptr));
    const results = new Set(found.filter((block) => block?.state === "used"));
    if (found.some((block) => !results.has(block))) this.refuse("a result is not computed");
    if (this.#blocks.size > results.size) this.refuse("what the step makes for itself outlives it");
    this.results = [...results] as Block[];
    this.outputs = found.map((block) => this.results.indexOf(block!));
    this.draws = drawn.length;
    // Of equal ones the first; that they are equal in two recordings tells that they always are.
    const draws = new Map<number, number>();
    for (const [i, value] of drawn.entries()) {
      if (!draws.has(value >>> 0)) draws.set(value >>> 0, i);
    }
    for (const { sources } of this.entries) {
      sources.forEach(({ from, index }, i) => {
        const draw = draws.get(index);
        if (from === "number" && draw !== undefined) sources[i] = { from: "draw", index: draw };
      });
    }
  }

  /** How this differs from another recording; empty where it does not. */
  differenceFrom({ entries, constants, outputs, results }: Recording): string {
    const differs = "it does not compute the same as the step before";
    if (entries.length !== this.entries.length || outputs.length !== this.outputs.length) {
      return differs;
    }
    const isMoved = outputs.some(
      (result, i) => results[result].index !== this.results[this.outputs[i]].index,
    );
    if (isMoved) return differs;
    for (const [i, { plan, range, sources }] of this.entries.entries()) {
      const other = entries[i];
      if (other.plan !== plan || other.range?.limit !== range?.limit) return differs;
      for (const [base, { from, index }] of sources.entries()) {
        const { from: otherFrom, index: otherIndex } = other.sources[base];
        if (from !== otherFrom) return differs;
        if (index !== otherIndex) return from === "number" ? CHANGES : differs;
      }
    }
    const isSame = constants.every(({ contents }, i) => {
      const own = this.constants[i].contents!;
      return contents!.length === own.length && contents!.every((byte, at) => byte === own[at]);
    });
    return isSame ? "" : CHANGES;
  }

  #sourceOf(ptr: number): Source {
    const block = this.#blocks.get(ptr);
    if (block === undefined) {
      const index = this.#inputs.get(ptr);
      if (index === undefined) this.refuse("a tensor is read that is neither a weight nor data");
      return { from: "input", index: index ?? -1 };
    }
    if (block.state === "filled") {
      block.contents = this.#contents(ptr, block.size);
      this.constants.push(block);
    }
    block.state = "used";
    if (block.contents === null) return { from: "block", index: block.index };
    return { from: "constant", index: this.constants.indexOf(block) };
  }
}

const CHANGES = "JavaScript computes numbers that change from step to step";
