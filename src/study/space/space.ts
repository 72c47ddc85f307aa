import { check, describe, isArray, isObject, readable } from "../../checks.ts";
import type { JsonValue } from "../../text/json.ts";
import { type Dimension, isDimension } from "./dimension.ts";

/** The parameters of a study: what each of them may be, by its name. */
export type Space = Readonly<Record<string, Dimension>>;

/** The values that a trial gets for a space. */
export type ParamsOf<S extends Space> = {
  readonly [Name in keyof S]: S[Name] extends Dimension<infer T> ? T : never;
};

/** Parameters as any trial has them. */
export type Params = Readonly<Record<string, JsonValue>>;

/** The dimensions of a space by name, in its order. */
export type Dimensions = readonly (readonly [name: string, dimension: Dimension])[];

/** Reads a space. @throws {ArgumentError} if it has no parameter, or one that is no dimension. */
export function readSpace(space: unknown, subject: string, name: string): Dimensions {
  return readable(subject, name, () => {
    check(
      isObject(space) && !isArray(space),
      subject,
      `${name} to be an object of parameters`,
      describe(space),
      "pass e.g. { learningRate: logUniform(1e-4, 1e-2) }",
    );
    const entries = Object.entries(space);
    check(
      entries.length > 0,
      subject,
      `${name} to have at least one parameter`,
      "none",
      "name what is to be searched, e.g. { learningRate: logUniform(1e-4, 1e-2) }",
    );
    for (const [parameter, dimension] of entries) {
      check(
        isDimension(dimension),
        subject,
        `${name}[${describe(parameter)}] to be a dimension`,
        describe(dimension),
        "pass what uniform, logUniform, integer, choice or folds gave; a fixed value belongs into the trial",
      );
    }
    return entries as [string, Dimension][];
  });
}
