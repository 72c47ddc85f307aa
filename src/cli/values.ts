/** What stands behind a command's options, read once. */
import { nearest } from "../checks.ts";
import { UsageError, type Values } from "./command.ts";

/** The text of an option; `undefined` if it is left out. */
export const text = (values: Values, name: string): string | undefined =>
  values[name] as string | undefined;

/** The number of an option; `undefined` if it is left out. @throws {UsageError} if it is none. */
export function numberOf(values: Values, name: string): number | undefined {
  const value = text(values, name);
  if (value === undefined) return undefined;
  if (value.trim() === "" || Number.isNaN(Number(value))) {
    throw new UsageError(`expected a number for --${name}, got ${JSON.stringify(value)}`);
  }
  return Number(value);
}

/** A whole number of at least `min`. @throws {UsageError} if it is none. */
export function countOf(values: Values, name: string, min = 1): number | undefined {
  const value = numberOf(values, name);
  if (value === undefined || (Number.isSafeInteger(value) && value >= min)) return value;
  throw new UsageError(
    `expected a whole number of at least ${min} for --${name}, got ${text(values, name)}`,
  );
}

/** One of some words, by default the first. @throws {UsageError} if it is another. */
export function wordOf<T extends string>(values: Values, name: string, words: readonly T[]): T {
  const value = text(values, name) ?? words[0];
  if (words.includes(value as T)) return value as T;
  const meant = nearest(value, words);
  const hint = meant === undefined ? "" : `, perhaps ${meant}`;
  throw new UsageError(
    `expected ${words.join(", ")} for --${name}, got ${JSON.stringify(value)}${hint}`,
  );
}

/** The one argument of a command. @throws {UsageError} if there are none or more. */
export function onlyOf(positionals: readonly string[], what: string): string {
  const [first, ...more] = positionals;
  if (first !== undefined && more.length === 0) return first;
  throw new UsageError(`expected ${what}, got ${positionals.length}`);
}

/** What `--test-time-augmentation` may be. */
export const VIEWS = ["none", "flip", "six"] as const;
