/**
 * Argument checks of public functions; the code behind them trusts its arguments. Those of options
 * are in options.ts.
 * Every check throws an {@link ArgumentError} that names the caller and the argument.
 */
import { describe, messageOf } from "./text/describe.ts";
import { ArgumentError } from "./errors.ts";

export { describe };

/** Throws unless `condition` holds. For the checks that have no helper of their own. */
export function check(
  condition: boolean,
  subject: string,
  expected: string,
  got: unknown,
  remedy: string,
): asserts condition {
  if (!condition) {
    const text = typeof got === "string" ? got : describe(got);
    throw new ArgumentError({ subject, expected, got: text, remedy });
  }
}

/** Throws for the first of some values that is not as it should be. */
export function checkEach(
  subject: string,
  name: string,
  values: ArrayLike<unknown>,
  isGood: (value: unknown, index: number) => boolean,
  what: string,
  remedy: string,
): void {
  for (let i = 0; i < values.length; i++) {
    // Values that are right cost no message: there may be millions.
    if (isGood(values[i], i)) continue;
    const got = `${describe(values[i])} at index ${i}`;
    throw new ArgumentError({ subject, expected: `${name} to hold ${what}`, got, remedy });
  }
}

/** Throws for the first of some values that is not the index of one of `count` things. */
export function checkIndices(
  subject: string,
  name: string,
  values: ArrayLike<unknown>,
  count: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < count) continue;
    checkInteger(subject, `${name}[${i}]`, value, { min: 0, max: count - 1 });
  }
}

/** For {@link checkEach}: tells numbers in `[min, max]` from everything else. */
export const isWithin =
  (min: number, max: number) =>
  (value: unknown): boolean =>
    typeof value === "number" && value >= min && value <= max;

/** What `read` gives, nothing if it throws: as a getter, a proxy's trap, any look at a revoked proxy may. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether a value has these methods, as far as it can be looked at. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  const hasAll = (): boolean =>
    names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
  return isObject(value) && attempt(hasAll) === true;
}

/** Whether a value is of a class, of which one that cannot be looked at is none. */
export function isOf<T>(value: unknown, Class: abstract new (...args: never[]) => T): value is T {
  return attempt(() => value instanceof Class) === true;
}

/** Whether a value is an array, also if it is a revoked proxy, for which `Array.isArray` throws. */
export function isArray(value: unknown): value is unknown[] {
  return attempt(() => Array.isArray(value)) === true;
}

/** Whether a value is an array all of whose elements are as asked. (`every` passes over holes.) */
export function isListOf<T>(
  value: unknown,
  isElement: (element: unknown) => element is T,
): value is T[] {
  return isArray(value) && value.findIndex((element) => !isElement(element)) === -1;
}

/** This and the next three: for {@link isListOf}, or for `like` of options.ts. */
export const isText = (value: unknown): value is string => typeof value === "string";

export const isName = (value: unknown): value is string => isText(value) && value !== "";

export const areNames = (value: unknown): value is readonly string[] =>
  isListOf(value, isText) && value.length > 0;

export const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null;

/** Limits of a number; both ends are allowed values unless `exclusive` says otherwise. */
export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: boolean;
  readonly exclusiveMax?: boolean;
}

/** Throws unless `value` is a finite number within the limits. */
export function checkNumber(
  subject: string,
  name: string,
  value: unknown,
  {
    min = -Infinity,
    max = Infinity,
    exclusiveMin = false,
    exclusiveMax = false,
  }: NumberLimits = {},
): asserts value is number {
  const finite = typeof value === "number" && Number.isFinite(value);
  const inside =
    finite &&
    (exclusiveMin ? value > min : value >= min) &&
    (exclusiveMax ? value < max : value <= max);
  if (!inside) {
    const range = formatRange(min, max, exclusiveMin, exclusiveMax);
    throw new ArgumentError({
      subject,
      expected: `${name} to be a finite number${range}`,
      got: describe(value),
      remedy: `pass a number${range}`,
    });
  }
}

/** Throws unless `value` is a whole number within the limits (both ends allowed). */
export function checkInteger(
  subject: string,
  name: string,
  value: unknown,
  {
    min = Number.MIN_SAFE_INTEGER,
    max = Number.MAX_SAFE_INTEGER,
  }: Pick<NumberLimits, "min" | "max"> = {},
): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    const range = formatRange(
      min === Number.MIN_SAFE_INTEGER ? -Infinity : min,
      max === Number.MAX_SAFE_INTEGER ? Infinity : max,
      false,
      false,
    );
    throw new ArgumentError({
      subject,
      expected: `${name} to be a whole number${range}`,
      got: describe(value),
      remedy: `pass a whole number${range}`,
    });
  }
}

/** Throws unless `value` is a seed: any safe integer, 0 and negative ones included. */
export function checkSeed(subject: string, value: unknown): asserts value is number {
  checkInteger(subject, "seed", value);
}

/** Throws unless `value` is `true` or `false`. */
export function checkBoolean(
  subject: string,
  name: string,
  value: unknown,
): asserts value is boolean {
  check(
    typeof value === "boolean",
    subject,
    `${name} to be true or false`,
    describe(value),
    "pass a boolean",
  );
}

/** Throws unless `bytes` are some. */
export function checkBytes(
  subject: string,
  bytes: unknown,
  remedy = "pass the file's bytes",
): asserts bytes is Uint8Array {
  check(bytes instanceof Uint8Array, subject, "bytes to be a Uint8Array", describe(bytes), remedy);
}

/** Throws unless `value` is one of the allowed words. */
export function checkOneOf<T extends string | number | null>(
  subject: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!(allowed as readonly unknown[]).includes(value)) {
    throw new ArgumentError({
      subject,
      expected: `${name} to be one of ${allowed.map(describe).join(", ")}`,
      got: describe(value),
      remedy: "pass one of these",
    });
  }
}

/**
 * Throws unless `options` is an object all of whose members are known; names the nearest known one. Nor
 * may a getter or a proxy throw when it is looked at.
 * @param elsewhere where members go that belong elsewhere, by their names.
 * @returns the value of each known member, which was asked for once.
 */
export function checkOptions(
  subject: string,
  options: unknown,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> {
  const { values, keys, isStrange } = look(subject, options, known);
  if (!isObject(options) || isArray(options) || isStrange) {
    throw new ArgumentError({
      subject,
      expected: "an options object",
      got: describe(options),
      remedy: `pass { ${known.slice(0, 3).join(", ")}${known.length > 3 ? ", ..." : ""} }`,
    });
  }
  for (const key of keys) {
    if (!known.includes(key)) {
      const near = nearest(key, known);
      throw new ArgumentError({
        subject,
        expected: `options out of ${known.join(", ")}`,
        got: `the unknown option ${describe(key)}`,
        remedy: Object.hasOwn(elsewhere, key)
          ? elsewhere[key]
          : near
            ? `did you mean ${near}? Remove or rename it`
            : "remove it",
      });
    }
  }
  for (const [name, value] of Object.entries(values)) {
    check(!hasMethods(value, "then"), subject, `${name} itself`, "a Promise", "await it");
  }
  return values;
}

/** What there is to see in options, every member asked for once. */
const look = (subject: string, options: unknown, known: readonly string[]) =>
  readable(subject, "options", () => {
    const given = Object(options) as Readonly<Record<string, unknown>>;
    const values = Object.fromEntries(known.map((key) => [key, seen(given[key])]));
    // A Map, a Date, an augmenter: what it is for lies in members that it has from its class.
    const isStrange = inheritedBy(given).some((name) => !known.includes(name));
    return { values, keys: Object.keys(given), isStrange };
  });

/** What `read` gives. @throws {ArgumentError} also if a getter or a proxy that was revoked throws. */
export function readable<T>(subject: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ArgumentError) throw cause;
    throw new ArgumentError({
      subject,
      expected: `${what} that can be read`,
      got: messageOf(cause),
      remedy: "pass plain values",
      cause,
    });
  }
}

/** A value of which checks can ask what they ask: of a proxy that was revoked they would throw. */
function seen(value: unknown): unknown {
  // The result is used, or a bundler would leave the question out.
  const unseen = value != null && Object.getPrototypeOf(value) === undefined;
  return unseen ? undefined : value;
}

/** Names of the members that an object has from its class. */
function inheritedBy(value: object): string[] {
  const parent = Object.getPrototypeOf(value) as object | null;
  // At the end of each chain stands what all objects have.
  if (parent === null || Object.getPrototypeOf(parent) === null) return [];
  const own = Object.getOwnPropertyNames(parent).filter((name) => name !== "constructor");
  return [...own, ...inheritedBy(parent)];
}

function formatRange(min: number, max: number, exMin: boolean, exMax: boolean): string {
  if (min === -Infinity && max === Infinity) return "";
  if (max === Infinity) return ` ${exMin ? "above" : "of at least"} ${min}`;
  if (min === -Infinity) return ` ${exMax ? "below" : "of at most"} ${max}`;
  return ` in ${exMin ? "(" : "["}${min}, ${max}${exMax ? ")" : "]"}`;
}

/** The known word that is closest to `word`, if it is close enough to be a slip of the pen. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
