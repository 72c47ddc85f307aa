import type { Plan, Preparation } from "../plans/plan.ts";
import type { PreparedCall } from "./thread-pool.ts";

export interface LoadedPreparation extends Omit<Preparation, "calls"> {
  /** The operand's name. */
  readonly of: string;
  readonly calls: readonly PreparedCall[];
}

/** A plan whose kernels are known to the pool and whose tables lie in memory. */
export interface LoadedPlan extends Pick<Plan, "temporaryBytes" | "addresses" | "numbers"> {
  readonly preparations: readonly LoadedPreparation[];
  readonly calls: readonly PreparedCall[];
  /** Address of the tables, and how many bytes they have. */
  readonly tables: number;
  readonly tableBytes: number;
}
