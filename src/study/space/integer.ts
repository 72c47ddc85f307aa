import { check, checkInteger } from "../../checks.ts";
import { boolean, integer as whole, readOptions } from "../../options.ts";
import { intDistribution } from "../journal/distribution.ts";
import type { Dimension } from "./dimension.ts";

/** Options of {@link integer}. */
export interface IntegerOptions {
  /** From one value to the next, at least 1; default 1. */
  readonly step?: number;
  /** Whether each order of magnitude is equally likely, from a `low` of at least 1 on; default `false`. */
  readonly log?: boolean;
}

/** A grid of more values than this is a mistake. */
const LONGEST_LIST = 10_000;

/**
 * The whole numbers `low`, `low + step`, ... up to `high`, all equally likely.
 * @param low a safe integer.
 * @param high a safe integer, at least `low`; it is one of the values if the steps meet it.
 * @throws {ArgumentError} if a limit or an option is no such number, or `log` goes with a step.
 * @example
 * integer(32, 256, { step: 32 }); // units of a layer
 */
export function integer(
  low: number,
  high: number,
  options: IntegerOptions = {},
): Dimension<number> {
  const subject = "integer";
  const { step, log } = readOptions(subject, options, {
    step: whole({ min: 1, default: 1 }),
    log: boolean({ default: false }),
  });
  checkInteger(subject, "low", low, log ? { min: 1 } : {});
  checkInteger(subject, "high", high, { min: low });
  check(!log || step === 1, subject, "log without a step", "both", "leave out one of them");
  const count = Math.floor((high - low) / step) + 1;
  const most = low + (count - 1) * step;
  checkInteger(subject, "the number of values", count, { min: 1, max: 2 ** 32 });
  const [from, to] = [Math.log(low - 0.5), Math.log(most + 0.5)];
  return {
    distribution: intDistribution(low, most, { log, step }),
    draw: (rng) =>
      log
        ? Math.min(most, Math.max(low, Math.round(Math.exp(from + rng.uniform() * (to - from)))))
        : low + step * rng.integer(count),
    list: () =>
      count > LONGEST_LIST ? undefined : Array.from({ length: count }, (_, i) => low + i * step),
  };
}
