/** What the fields of an operation hold, or that it is not as Optuna writes it. */
import { isText } from "../../checks.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../text/json.ts";
import type { Distribution } from "./distribution.ts";
import { STATES, type TrialState } from "./operation.ts";
import { fromPythonJson } from "./python-json.ts";

/** A line that is not as Optuna writes it. */
export class MalformedOperation extends Error {}

/** The members of an object. */
export function entries(value: JsonValue | undefined): [string, JsonValue][] {
  if (!isJsonObject(value)) throw new MalformedOperation("no object of attributes");
  return Object.entries(value);
}

/** A whole number of an operation. */
export function integer(line: JsonObject, name: string): number {
  const value = line[name];
  if (!Number.isSafeInteger(value)) throw new MalformedOperation(`no whole number as ${name}`);
  return value as number;
}

export function number(value: JsonValue | undefined): number {
  if (typeof value !== "number") throw new MalformedOperation("no number");
  return value;
}

/** A text of an operation. */
export function text(line: JsonObject, name: string): string {
  const value = line[name];
  if (!isText(value)) throw new MalformedOperation(`no text as ${name}`);
  return value;
}

/** What a trial gave, if anything. */
export function values(value: JsonValue | undefined): readonly number[] | undefined {
  if (value == null) return undefined;
  if (!Array.isArray(value)) throw new MalformedOperation("no list of values");
  return value.map((one: JsonValue) => number(one));
}

/** A time, if there is one. */
export const time = (value: JsonValue | undefined): string | undefined =>
  isText(value) ? value : undefined;

/** A state, which has a number. */
export function state(value: JsonValue | undefined): TrialState {
  const found = STATES[Number(value)];
  if (!found) throw new MalformedOperation(`the state ${JSON.stringify(value ?? null)}`);
  return found;
}

/** A distribution, which a journal holds as JSON within JSON. */
export function distribution(value: JsonValue | undefined): Distribution {
  if (!isText(value)) throw new MalformedOperation("no distribution");
  let parsed: JsonValue;
  try {
    parsed = fromPythonJson(value);
  } catch {
    throw new MalformedOperation("no distribution");
  }
  if (!isJsonObject(parsed) || !isText(parsed.name) || !isJsonObject(parsed.attributes)) {
    throw new MalformedOperation("no distribution");
  }
  return { name: parsed.name, attributes: parsed.attributes };
}
