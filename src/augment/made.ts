/** What tells the library's own augmenters and their steps from a user's, and what a console shows of them. */
import { attempt, hasMethods } from "../checks.ts";
import { BRAND, brandOf } from "../brand.ts";
import { type Show, shown } from "../runtime/inspect.ts";
import type { AugmenterJSON, Describable } from "./augmenter.ts";

/** The two kinds of steps, whose methods have the same names. */
type StepKind = "augmentation" | "mix";

/** A step of the library's own, marked as what it is; a copy of it is a user's. */
export function made<Step extends Describable>(kind: StepKind, step: Step): Step {
  return shown(Object.defineProperty(step, BRAND, { value: kind }), (options, show) =>
    textOf(step, options, show),
  );
}

/** Which kind of step the library made; `undefined` for what is of the user. */
export function stepKindOf(value: unknown): StepKind | undefined {
  const kind = attempt(() => brandOf(value as object));
  return kind === "augmentation" || kind === "mix" ? kind : undefined;
}

/** Whether a value may be such a step; of a user's own only its methods can tell. */
export function isStep(kind: StepKind, value: unknown): boolean {
  return hasMethods(value, "draw", "apply") && (stepKindOf(value) ?? kind) === kind;
}

/** The call that makes something, as a console shows it. */
export function textOf(part: Describable, options: object, show: Show): string {
  const call = ({ kind, parts = [], options: own, mix }: AugmenterJSON): string => {
    const given = [...parts.map(call), own && show(own, options), mix && `{ mix: ${call(mix)} }`];
    return `${kind}(${given.filter(Boolean).join(", ")})`;
  };
  const json = attempt(() => part.toJSON?.());
  return json ? call(json) : "an augmentation with functions of your own";
}
