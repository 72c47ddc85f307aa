/** What a parameter may be, in the words of Optuna's journal; plain JSON. */
import type { JsonObject, JsonValue } from "../../text/json.ts";

/** One of Optuna's distributions. */
export interface Distribution {
  /** `FloatDistribution`, `IntDistribution`, `CategoricalDistribution`, or a name of older releases. */
  readonly name: string;
  /** What makes it up, such as `low` and `high`, or `choices`. */
  readonly attributes: JsonObject;
}

/** Numbers from `low` to `high`, both included. */
export const floatDistribution = (low: number, high: number, log: boolean): Distribution => ({
  name: "FloatDistribution",
  attributes: { step: null, low, high, log },
});

/** Whole numbers `low`, `low + step`, ... up to `high`, which is one of them. */
export const intDistribution = (
  low: number,
  high: number,
  { log, step }: { readonly log: boolean; readonly step: number },
): Distribution => ({ name: "IntDistribution", attributes: { log, step, low, high } });

/** One of a list. */
export const categoricalDistribution = (choices: readonly JsonValue[]): Distribution => ({
  name: "CategoricalDistribution",
  attributes: { choices },
});

/** What a journal writes for a value: its place among the choices, otherwise the number itself. */
export function numberFor(distribution: Distribution, value: JsonValue): number {
  const choices = choicesOf(distribution);
  if (!choices) return Number(value);
  const text = JSON.stringify(value);
  return choices.findIndex((choice) => JSON.stringify(choice) === text);
}

/** The value for which a journal has a number. */
export function valueOf(distribution: Distribution, number: number): JsonValue {
  const choices = choicesOf(distribution);
  if (choices) return choices[Math.trunc(number)] ?? null;
  return distribution.name.startsWith("Int") ? Math.trunc(number) : number;
}

/** Whether Optuna lets a parameter have both in one study: the kind may not change, limits may. */
export function areCompatible(one: Distribution, other: Distribution): boolean {
  const { log = false, choices = null } = one.attributes;
  const { log: otherLog = false, choices: otherChoices = null } = other.attributes;
  return (
    one.name === other.name &&
    log === otherLog &&
    JSON.stringify(choices) === JSON.stringify(otherChoices)
  );
}

function choicesOf({ name, attributes }: Distribution): readonly JsonValue[] | undefined {
  return name === "CategoricalDistribution"
    ? (attributes.choices as readonly JsonValue[])
    : undefined;
}
