import { attempt, check, checkInteger, describe, isArray } from "../../checks.ts";
import { isJsonObject, type JsonValue } from "../../text/json.ts";
import { categoricalDistribution } from "../journal/distribution.ts";
import type { Dimension } from "./dimension.ts";

/**
 * One of a list, all equally likely.
 * @param values at least one, none twice, of anything that JSON can say. (Optuna reads lists and objects, but
 *   warns of them.)
 * @throws {ArgumentError} if there is none, one comes twice, or JSON cannot say it.
 * @example
 * choice(["adam", "sgd"]);
 * choice([16, 32, 64]);
 */
export function choice<const T extends JsonValue>(values: readonly T[]): Dimension<T> {
  const subject = "choice";
  check(
    isArray(values) && values.length > 0,
    subject,
    "a list of at least one value",
    describe(values),
    'pass e.g. ["adam", "sgd"]',
  );
  // A copy: what was checked is what is drawn.
  const own = Array.from({ length: values.length }, (_, i) => {
    check(
      attempt(() => isJson(values[i])) === true,
      subject,
      "values that JSON can say",
      `${describe(values[i])} at index ${i}`,
      "pass numbers, texts, booleans, null, or lists and plain objects of them; make the rest of it in the trial",
    );
    return JSON.parse(JSON.stringify(values[i])) as T;
  });
  const texts = own.map((value) => JSON.stringify(value));
  const twice = texts.findIndex((text, i) => texts.indexOf(text) < i);
  check(
    twice === -1,
    subject,
    "values of which none comes twice",
    `${describe(own[twice])} again at index ${twice}`,
    "leave it out",
  );
  return {
    distribution: categoricalDistribution(own),
    draw: (rng) => own[rng.integer(own.length)],
    list: () => own,
  };
}

/**
 * The folds of a cross-validation, 0 to `count - 1`: every choice of the other parameters is tried on each of
 * them, one trial a fold, and `meanOverFolds` gives what they have in common.
 * @param count at least 2.
 * @throws {ArgumentError} if `count` is no such number.
 * @example
 * const space = { learningRate: logUniform(1e-4, 1e-2), fold: folds(5) };
 */
export function folds(count: number): Dimension<number> {
  checkInteger("folds", "count", count, { min: 2, max: 1000 });
  return { ...choice(Array.from({ length: count }, (_, i) => i)), isFold: true };
}

/** Whether a value comes back from JSON as it was. Throws for what contains itself, or cannot be read. */
function isJson(value: unknown): value is JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (isArray(value)) return Array.from(value).every(isJson);
  if (!isJsonObject(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain && Object.values(value).every(isJson);
}
