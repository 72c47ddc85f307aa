/** The options of an optimizer as JSON: schedules and patterns are none by themselves. */
import { brandOf } from "../../brand.ts";
import { ArgumentError } from "../../errors.ts";
import { type Schedule, SCHEDULE } from "./schedule.ts";

/**
 * Options for a model's file.
 * @throws {ArgumentError} if there is a function among them that `loadModel` could not make again.
 */
export function settingsToJson(subject: string, settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]: [string, unknown]) => [name, valueToJson(subject, name, value)]),
  );
}

function valueToJson(subject: string, name: string, value: unknown): unknown {
  if (value instanceof RegExp) return { pattern: value.source, flags: value.flags };
  if (typeof value === "function") {
    // Whatever name a user's own gives itself, the file would make another of it.
    if (brandOf(value) === SCHEDULE) return (value as Schedule).toJSON();
    throw new ArgumentError({
      subject,
      expected: `${name} that a model's file can hold`,
      got: "a function of your own",
      remedy:
        "use cosineDecay, linearSchedule or oneCycle, and regular expressions for groups; or save with " +
        "{ includeOptimizer: false }",
    });
  }
  if (Array.isArray(value)) return value.map((part) => valueToJson(subject, name, part));
  if (typeof value === "object" && value !== null) return settingsToJson(subject, value);
  return value;
}
