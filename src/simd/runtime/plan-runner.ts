import { type Place, type Plan, PlanWriter } from "../plans/plan.ts";
import type { LinearMemory } from "./linear-memory.ts";
import type { PreparedCall, ThreadPool } from "./thread-pool.ts";

/** Plans that are kept; those of one network's training step are about a hundred. */
const MOST_PLANS = 2048;

/** What a plan works on: addresses, null where nothing is given; or bits of values. */
export type Operands = Readonly<Record<string, number | null>>;

/** The same as places of a plan. */
export type PlacesOf<Given extends Operands> = {
  readonly [Name in keyof Given]: null extends Given[Name] ? Place | null : Place;
};

/** A plan whose kernels are known to the pool and whose tables lie in memory. */
interface LoadedPlan {
  readonly calls: readonly PreparedCall[];
  readonly temporaryBytes: number;
  readonly tables: number;
}

/** Runs plans, and keeps them: what follows from shapes alone is worked out once. */
export class PlanRunner {
  readonly #heap: LinearMemory;
  readonly #pool: ThreadPool;
  readonly #plans = new Map<string, LoadedPlan>();

  constructor(heap: LinearMemory, pool: ThreadPool) {
    this.#heap = heap;
    this.#pool = pool;
  }

  /**
   * Runs the plan of this key on the operands. `write` writes it when the key is new: `key` says all
   * that it depends on, but for which operands are null.
   */
  run<Given extends Operands>(
    key: string,
    operands: Given,
    write: (plan: PlanWriter, places: PlacesOf<Given>) => void,
  ): void {
    const bases = [0, 0];
    let whole = key;
    for (const name in operands) {
      const operand = operands[name];
      if (operand === null) whole += `|no ${name}`;
      bases.push(operand ?? 0);
    }
    const plan = this.#plans.get(whole) ?? this.#load(whole, operands, write);
    const temporary = plan.temporaryBytes > 0 ? this.#heap.allocate(plan.temporaryBytes) : 0;
    bases[0] = temporary;
    bases[1] = plan.tables;
    try {
      for (const call of plan.calls) this.#pool.run(call, bases);
    } finally {
      if (temporary !== 0) this.#heap.release(temporary);
    }
  }

  #load<Given extends Operands>(
    key: string,
    operands: Given,
    write: (plan: PlanWriter, places: PlacesOf<Given>) => void,
  ): LoadedPlan {
    const writer = new PlanWriter();
    const places = Object.entries(operands).map(([name, operand], i) => [
      name,
      operand === null ? null : writer.operand(i),
    ]);
    write(writer, Object.fromEntries(places) as PlacesOf<Given>);
    const plan = this.#place(writer.finish());
    this.#plans.set(key, plan);
    if (this.#plans.size > MOST_PLANS) this.#forgetOldest();
    return plan;
  }

  #place({ calls, temporaryBytes, tables }: Plan): LoadedPlan {
    const at = tables.length > 0 ? this.#heap.allocate(tables.byteLength) : 0;
    if (at !== 0) this.#heap.int32(at, tables.length).set(tables);
    return { calls: calls.map((call) => this.#pool.prepare(call)), temporaryBytes, tables: at };
  }

  #forgetOldest(): void {
    for (const [key, { tables }] of this.#plans) {
      if (tables !== 0) this.#heap.release(tables);
      this.#plans.delete(key);
      return;
    }
  }
}
