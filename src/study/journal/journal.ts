import type { JsonValue } from "../../text/json.ts";
import type { Operation } from "./operation.ts";

/** Where a study is written down: a list of operations that only grows, in Optuna's format. */
export interface Journal {
  /** For messages, e.g. the path of a file. */
  readonly location: string;
  /** The operations that have come since the last call, of all writers, in their order. */
  read(): Promise<readonly JsonValue[]>;
  /**
   * Adds operations behind all others, one after the other: a kill may leave only the first of them, each whole. When
   * it resolves they outlast a loss of power.
   */
  append(operations: readonly (Operation & { readonly worker_id: string })[]): Promise<void>;
}
