/**
 * Readers for the parts of a header: each checks a value from a file and gives it back typed, rebuilt
 * from known fields only, so that nothing unexpected gets through.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../text/json.ts";
import { describe, isText } from "../../checks.ts";
import { DataError } from "../../errors.ts";
import { MAX_DEPTH, NAMED_VALUES, VALUE_KEY } from "./format.ts";

/** Checks a value found at `path`. */
export type FieldReader<T> = (value: JsonValue | undefined, path: string) => T;

/** The error for a checkpoint that is not what it should be. */
export function damaged(expected: string, got: string): DataError {
  const remedy = "the file is damaged or not a checkpoint: go back to an earlier one";
  return new DataError({ subject: "decodeCheckpoint", expected, got, remedy });
}

/** A reader of what is right; a message says `what` that is. */
const kind =
  <T extends JsonValue>(what: string, isRight: (value: unknown) => boolean): FieldReader<T> =>
  (value, path) => {
    if (isRight(value)) return value as T;
    throw damaged(`${path} to be ${what}`, describe(value));
  };

/** A whole number of at least 0. */
export const count = /* @__PURE__ */ kind<number>(
  "a whole number of at least 0",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);

/** A finite number. */
const finite = /* @__PURE__ */ kind<number>("a finite number", Number.isFinite);

/** Any number, of a state whose NaN and infinities are back in their places. */
export const anyNumber = /* @__PURE__ */ kind<number>(
  "a number",
  (value) => typeof value === "number",
);

/** What an object stands for that says the name of a value that JSON lacks. */
export const named = (value: JsonObject): number | undefined =>
  NAMED_VALUES.get(word(...NAMED_VALUES.keys())(value[VALUE_KEY], VALUE_KEY));

/** Any number, as the writer writes it. */
export const written: FieldReader<number> = (value, path) =>
  isJsonObject(value) ? anyNumber(named(value), path) : finite(value, path);

/** A finite number of at least 0. */
export const notNegative: FieldReader<number> = (value, path) => {
  const read = finite(value, path);
  if (read >= 0) return read;
  throw damaged(`${path} to be at least 0`, describe(value));
};

/** True or false. */
export const flag = /* @__PURE__ */ kind<boolean>(
  "true or false",
  (value) => typeof value === "boolean",
);

/** Some text. */
export const string = /* @__PURE__ */ kind<string>("a string", isText);

/** What `reader` takes, or null. */
export function nullable<T>(reader: FieldReader<T>): FieldReader<T | null> {
  return (value, path) => (value === null ? null : reader(value, path));
}

/** One of some words. */
export function word<T extends string>(...words: T[]): FieldReader<T> {
  return kind<T>(`one of ${words.join(", ")}`, (value) => words.includes(value as T));
}

/** A list of at most `most` of what `reader` takes. */
export function list<T>(reader: FieldReader<T>, most = Infinity): FieldReader<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw damaged(`${path} to be a list`, describe(value));
    if (value.length > most) throw damaged(`at most ${most} ${path}`, `${value.length}`);
    return (value as JsonValue[]).map((item, i) => reader(item, `${path}[${i}]`));
  };
}

/** An object with exactly these fields. */
export function object<T extends object>(fields: {
  [K in keyof T]: FieldReader<T[K]>;
}): FieldReader<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, path) => {
    if (!isJsonObject(value)) throw damaged(`${path} to be an object`, describe(value));
    const stray = Object.keys(value).find((key) => !(names as string[]).includes(key));
    if (stray !== undefined) {
      throw damaged(`${path} with ${names.join(", ")} only`, `the field ${describe(stray)}`);
    }
    return Object.fromEntries(
      names.map((name) => {
        const field = Object.hasOwn(value, name) ? value[name] : undefined;
        return [name, fields[name](field, `${path}.${name}`)];
      }),
    ) as T;
  };
}

/** An object with any keys and what `reader` takes behind them. */
export function record<T>(reader: FieldReader<T>): FieldReader<Record<string, T>> {
  return (value, path) => {
    if (!isJsonObject(value)) throw damaged(`${path} to be an object`, describe(value));
    const entries = Object.entries(value).map(([key, item]) => {
      checkKey(key, path);
      return [key, reader(item, `${path}.${key}`)] as const;
    });
    return Object.fromEntries(entries);
  };
}

/** Any JSON, of bounded depth and with ordinary keys. */
export const json: FieldReader<JsonValue> = (value, path) => {
  checkJson(value, path, 0);
  return value!;
};

/** Any object of JSON. */
export const jsonObject: FieldReader<JsonObject> = (value, path) => {
  if (!isJsonObject(value)) throw damaged(`${path} to be an object`, describe(value));
  return json(value, path) as JsonObject;
};

function checkJson(value: JsonValue | undefined, path: string, depth: number): void {
  if (value === undefined) throw damaged(`${path} to be there`, "nothing");
  if (depth > MAX_DEPTH) throw damaged(`at most ${MAX_DEPTH} levels in ${path}`, "more");
  if (Array.isArray(value)) {
    for (const item of value as JsonValue[]) checkJson(item, path, depth + 1);
  } else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      checkKey(key, path);
      checkJson(item, path, depth + 1);
    }
  }
}

/** The one key that does something else than naming a value. */
function checkKey(key: string, path: string): void {
  if (key === "__proto__") throw damaged(`ordinary keys in ${path}`, describe(key));
}
