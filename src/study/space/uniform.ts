import { check, checkNumber } from "../../checks.ts";
import { floatDistribution } from "../journal/distribution.ts";
import type { Dimension } from "./dimension.ts";

/**
 * Any number from `low` to `high`, all equally likely.
 * @param low finite.
 * @param high finite, at least `low`.
 * @throws {ArgumentError} if a limit is no such number.
 * @example
 * uniform(0, 0.5); // a dropout rate
 */
export function uniform(low: number, high: number): Dimension<number> {
  checkLimits("uniform", low, high, -Infinity);
  return {
    distribution: floatDistribution(low, high, false),
    draw: (rng) => low + rng.uniform() * (high - low),
    list: () => undefined,
  };
}

/**
 * Any number from `low` to `high`, each order of magnitude equally likely: for learning rates and the like.
 * @param low above 0.
 * @param high at least `low`.
 * @throws {ArgumentError} if a limit is no such number.
 * @example
 * logUniform(1e-4, 1e-2); // as often below 1e-3 as above
 */
export function logUniform(low: number, high: number): Dimension<number> {
  checkLimits("logUniform", low, high, 0);
  const [from, to] = [Math.log(low), Math.log(high)];
  return {
    distribution: floatDistribution(low, high, true),
    // Rounding may lead a little way out.
    draw: (rng) => Math.min(high, Math.max(low, Math.exp(from + rng.uniform() * (to - from)))),
    list: () => undefined,
  };
}

function checkLimits(subject: string, low: number, high: number, above: number): void {
  checkNumber(subject, "low", low, { min: above, exclusiveMin: above > -Infinity });
  checkNumber(subject, "high", high, { min: low });
  // The width of the widest range has to be a number, too.
  check(
    Number.isFinite(high - low),
    subject,
    "limits whose difference is a number",
    `${low} and ${high}`,
    "choose a smaller range",
  );
}
