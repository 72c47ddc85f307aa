import { type Call, OPERANDS, type Place, type Plan, PlanWriter } from "../plans/plan.ts";
import { type Key, KeyTable } from "./key-table.ts";
import type { LinearMemory } from "./linear-memory.ts";
import type { LoadedPlan } from "./loaded-plan.ts";
import type { PreparedData } from "./prepared-data.ts";
import { checkRange, type Range } from "./range.ts";
import type { Recording } from "./recording.ts";
import type { PreparedCall, ThreadPool } from "./thread-pool.ts";

/** Plans that are kept; those of one network's training step are about a hundred. */
const MOST_PLANS = 2048;

/** What a plan works on: addresses, null where nothing is given; or bits of values. */
export type Operands = Readonly<Record<string, number | null>>;

/** The same as places of a plan. */
export type PlacesOf<Given extends Operands> = {
  readonly [Name in keyof Given]: null extends Given[Name] ? Place | null : Place;
};

/** Of some operands, by their names, what was prepared from them. */
export type Kept = Readonly<Record<string, PreparedData>>;

const NOTHING_KEPT: Kept = {};

/** Runs plans, and keeps them: what follows from shapes alone is worked out once. */
export class PlanRunner {
  /** Notes what runs. */
  recording: Recording | null = null;
  readonly #heap: LinearMemory;
  readonly #pool: ThreadPool;
  readonly #plans = new KeyTable<LoadedPlan>(MOST_PLANS, ({ tables }) => {
    if (tables !== 0) this.#heap.release(tables);
  });

  constructor(heap: LinearMemory, pool: ThreadPool) {
    this.#heap = heap;
    this.#pool = pool;
  }

  /**
   * Runs the plan of this key on the operands. `write` writes it when the key is new: `key` says all
   * that it depends on, but for which operands are null. What it prepares from an operand stays with
   * that of `kept`, if it is there.
   */
  run<Given extends Operands>(
    key: Key,
    operands: Given,
    write: (plan: PlanWriter, places: PlacesOf<Given>) => void,
    kept: Kept = NOTHING_KEPT,
  ): void {
    const bases = [0, 0];
    let missing = 0;
    for (const name in operands) {
      const operand = operands[name];
      missing = (missing << 1) | Number(operand === null);
      bases.push(operand ?? 0);
    }
    const plan = this.#plans.get(key, missing) ?? this.#load(key, missing, operands, write);
    bases[1] = plan.tables;
    if (plan.preparations.length > 0) {
      this.#runPrepared(plan, bases, kept);
      return;
    }
    const temporary = plan.temporaryBytes > 0 ? this.#heap.allocate(plan.temporaryBytes) : 0;
    bases[0] = temporary;
    this.recording?.plan(plan, bases, []);
    try {
      for (const call of plan.calls) this.#pool.run(call, bases);
    } finally {
      if (temporary !== 0) this.#heap.release(temporary);
    }
  }

  /** Throws unless all of these integers in memory are in a range. */
  checkRange(at: number, range: Range): void {
    this.recording?.range(at, range);
    checkRange(this.#heap, at, range);
  }

  #runPrepared(plan: LoadedPlan, bases: number[], kept: Kept): void {
    const borrowed: number[] = [];
    const borrow = (bytes: number): number => {
      const at = this.#heap.allocate(bytes);
      borrowed.push(at);
      return at;
    };
    try {
      for (const { name, of, base, bytes, calls } of plan.preparations) {
        // A program keeps them itself.
        const taken = this.recording === null ? kept[of]?.take(name, bytes) : null;
        bases[base] = taken?.at ?? borrow(bytes);
        if (taken?.isNew !== false) for (const call of calls) this.#pool.run(call, bases);
      }
      if (plan.temporaryBytes > 0) bases[0] = borrow(plan.temporaryBytes);
      this.recording?.plan(plan, bases, Object.keys(kept));
      for (const call of plan.calls) this.#pool.run(call, bases);
    } finally {
      for (const at of borrowed) this.#heap.release(at);
    }
  }

  #load<Given extends Operands>(
    key: Key,
    missing: number,
    operands: Given,
    write: (plan: PlanWriter, places: PlacesOf<Given>) => void,
  ): LoadedPlan {
    const given = Object.entries(operands);
    const writer = new PlanWriter(given.length);
    const places = given.map(([name, operand], i) => [
      name,
      operand === null ? null : writer.operand(i),
    ]);
    write(writer, Object.fromEntries(places) as PlacesOf<Given>);
    const plan = this.#place(writer.finish(), Object.keys(operands));
    this.#plans.add(key, plan, missing);
    return plan;
  }

  #place(
    { preparations, calls, temporaryBytes, tables, addresses, numbers }: Plan,
    operands: readonly string[],
  ): LoadedPlan {
    const at = tables.length > 0 ? this.#heap.store(new Uint8Array(tables.buffer)) : 0;
    const prepare = (call: Call): PreparedCall => this.#pool.prepare(call);
    return {
      preparations: preparations.map((one) => ({
        ...one,
        of: operands[one.operand - OPERANDS],
        calls: one.calls.map(prepare),
      })),
      calls: calls.map(prepare),
      temporaryBytes,
      addresses,
      numbers,
      tables: at,
      tableBytes: tables.byteLength,
    };
  }
}
