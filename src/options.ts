/**
 * Options are read once, into settled values: each option's type, range and default stand in one
 * schema, and what comes out has every default filled in. A getter is asked once, so that what was
 * checked is what is used.
 *
 *     const { patience, baseline } = readOptions("earlyStopping", options, {
 *       patience: integer({ min: 0, default: 0 }),
 *       baseline: number({ optional: true }),
 *     });
 */
import {
  check,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
  describe,
  hasMethods,
  isArray,
  isListOf,
  isText,
  type NumberLimits,
} from "./checks.ts";

/** Takes the value of an option, `undefined` if it is left out; gives the settled one or throws. */
export type Reader<T> = (value: unknown, subject: string, name: string) => T;

/** A reader for each of the options: none may be missing, none may give what the option is not. */
export type Schema<Options> = {
  readonly [Name in keyof Options]-?: Reader<Options[Name] | undefined>;
};

/** What the readers of a schema give. */
export type Settled<S> = {
  readonly [Name in keyof S]: S[Name] extends Reader<infer T> ? T : never;
};

/** What an option is when it is left out; without either it has to be given. */
interface Absence<T> {
  readonly default?: T;
  readonly optional?: true;
}

/** A reader's value, with `undefined` if the option may be left out. */
type OrAbsent<A, T> = A extends { readonly optional: true } ? T | undefined : T;

/**
 * Reads options by a schema.
 * @param elsewhere where options go that belong to a sibling, by their names.
 * @throws {ArgumentError} if they are no plain object, one is unknown (the nearest known one is
 *   named), or a value is not as its reader wants it.
 */
export function readOptions<Options extends object, S extends Schema<Options>>(
  subject: string,
  options: Options,
  schema: S & { readonly [Name in Exclude<keyof S, keyof Options>]: never },
  elsewhere?: Readonly<Record<string, string>>,
): Settled<S> {
  const given = checkOptions(subject, options, Object.keys(schema), elsewhere);
  return Object.fromEntries(
    Object.entries(schema as Readonly<Record<string, Reader<unknown>>>).map(([name, read]) => [
      name,
      read(given[name], subject, name),
    ]),
  ) as Settled<S>;
}

/** A whole number; both limits are allowed values. */
export function integer<const A extends Absence<number> & Pick<NumberLimits, "min" | "max">>(
  limits: A = {} as A,
): Reader<OrAbsent<A, number>> {
  return reader(limits, (value, subject, name) => {
    checkInteger(subject, name, value, limits);
    return value;
  });
}

/** Any safe integer, 0 and negative ones included; 0 if left out. */
export function seed(): Reader<number> {
  return integer({ default: 0 });
}

/** A finite number. @param limits with the unit, which a message names. */
export function number<const A extends Absence<number> & NumberLimits & { readonly unit?: string }>(
  limits: A = {} as A,
): Reader<OrAbsent<A, number>> {
  return reader(limits, (value, subject, name) => {
    checkNumber(subject, limits.unit ? `${name} (${limits.unit})` : name, value, limits);
    return value;
  });
}

/** Two limits, the lower first. */
export type FactorRange = readonly [low: number, high: number];

/**
 * Two numbers, the lower one first, as a list of their own; the limits are those of both.
 * @param limits with an example of what to pass.
 * @param ofNumber what a single number stands for, if one will do; throws unless it is right.
 */
export function range<
  const A extends Absence<FactorRange> & NumberLimits & { readonly example: string },
>(
  limits: A,
  ofNumber?: (value: number, subject: string, name: string) => FactorRange,
): Reader<OrAbsent<A, FactorRange>> {
  return reader(limits, (value, subject, name) => {
    if (ofNumber && typeof value === "number") return ofNumber(value, subject, name);
    check(
      isArray(value) && value.length === 2,
      subject,
      `${name} to be a ${ofNumber ? "number or a " : ""}pair [low, high]`,
      describe(value),
      `pass e.g. ${limits.example}`,
    );
    const [low, high] = value;
    checkNumber(subject, `${name}[0]`, low, limits);
    checkNumber(subject, `${name}[1]`, high, limits);
    check(
      low <= high,
      subject,
      `${name} to have its lower limit first`,
      describe(value),
      `pass [${high}, ${low}]`,
    );
    return [low, high];
  });
}

/** `true` or `false`. */
export function boolean<const A extends Absence<boolean>>(
  absence: A = {} as A,
): Reader<OrAbsent<A, boolean>> {
  return reader(absence, (value, subject, name) => {
    checkBoolean(subject, name, value);
    return value;
  });
}

/** One of a few words or numbers; `null` may be one of them. */
export function oneOf<const T extends string | number | null, const A extends Absence<T>>(
  allowed: readonly T[],
  absence: A = {} as A,
): Reader<OrAbsent<A, T>> {
  return reader(absence, (value, subject, name) => {
    checkOneOf(subject, name, value, allowed);
    return value;
  });
}

/** A text. */
export function text<const A extends Absence<string>>(
  absence: A = {} as A,
): Reader<OrAbsent<A, string>> {
  return like(isText, "a text", "pass a string, or leave it out", absence);
}

/** A list of texts. */
export function texts<const A extends Absence<readonly string[]>>(
  what: string,
  example: string,
  absence: A = {} as A,
): Reader<OrAbsent<A, readonly string[]>> {
  const isList = (value: unknown): value is readonly string[] => isListOf(value, isText);
  return like(isList, `a list of ${what}`, `pass e.g. ${example}`, absence);
}

/** A function. @param remedy e.g. `"pass (image, shape) => image"`. */
export function func<T extends (...args: never[]) => unknown, const A extends Absence<T> = object>(
  remedy: string,
  absence: A = {} as A,
): Reader<OrAbsent<A, T>> {
  const isFunction = (value: unknown): value is T => typeof value === "function";
  return like(isFunction, "a function", remedy, absence);
}

/** A function of the user's that is called now and then. */
export function callback<T extends (...args: never[]) => unknown>(): Reader<T | undefined>;
export function callback<T extends (...args: never[]) => unknown>(otherwise: T): Reader<T>;
export function callback<T extends (...args: never[]) => unknown>(otherwise?: T) {
  const absence = { default: otherwise, optional: true } as const;
  return func<T, typeof absence>("pass a function or leave it out", absence);
}

/** Whatever a test accepts; a message says `what` it is and what to do. */
export function like<T, const A extends Absence<T>>(
  accepts: (value: unknown) => value is T,
  what: string,
  remedy: string,
  absence: A = {} as A,
): Reader<OrAbsent<A, T>> {
  return reader(absence, (value, subject, name) => {
    check(accepts(value), subject, `${name} to be ${what}`, describe(value), remedy);
    return value;
  });
}

/** An `AbortSignal`, if there is one. */
export function signal(): Reader<AbortSignal | undefined> {
  const isSignal = (value: unknown): value is AbortSignal => hasMethods(value, "throwIfAborted");
  return like(isSignal, "an AbortSignal", "pass new AbortController().signal", { optional: true });
}

/** What is checked elsewhere, together with other values; `undefined` if left out. */
export function anything<T>(): Reader<T> {
  return (value) => value as T;
}

/** A reader that has its default, or `undefined`, for what is left out. */
export function reader<T, A extends Absence<T>>(
  absence: A,
  read: (value: unknown, subject: string, name: string) => T,
): Reader<OrAbsent<A, T>> {
  return (value, subject, name) => {
    if (value === undefined && (absence.default !== undefined || absence.optional)) {
      return absence.default as OrAbsent<A, T>;
    }
    return read(value, subject, name);
  };
}
