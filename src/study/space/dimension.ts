import { hasMethods } from "../../checks.ts";
import type { Rng } from "../../random/rng.ts";
import type { JsonValue } from "../../text/json.ts";
import type { Distribution } from "../journal/distribution.ts";

/** What one parameter of a study may be: what `uniform`, `logUniform`, `integer`, `choice` and `folds` give. */
export interface Dimension<T extends JsonValue = JsonValue> {
  /** As Optuna's journal has it. */
  readonly distribution: Distribution;
  /** Whether all of its values are tried with each choice of the other parameters. */
  readonly isFold?: boolean;
  /** A value at random. */
  draw(rng: Rng): T;
  /** All values, for a grid; `undefined` where there are too many to list. */
  list(): readonly T[] | undefined;
}

/** Whether a value is a dimension, as far as one can look at it. */
export function isDimension(value: unknown): value is Dimension {
  return hasMethods(value, "draw", "list");
}
