import type { PoolShape } from "../plans/pool.ts";
import type { Unique } from "../runtime/key-table.ts";

/** The sizes of a pooling, one object for equal ones. */
export type SizesOfPool = Unique<{ readonly shape: PoolShape }>;
