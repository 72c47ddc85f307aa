/** Groups of weights that have a learning rate or a decay of their own. */
import { check, describe, isListOf, isObject } from "../../checks.ts";
import {
  integer,
  like,
  number,
  reader,
  readOptions,
  type Reader,
  type Schema,
} from "../../options.ts";
import { listed } from "../../text/listed.ts";
import { type LearningRate, learningRate } from "./schedule.ts";

/** Weights that are trained otherwise than the others; what it leaves out is as for those. */
export interface WeightGroup {
  /** Which weights, by their names such as `"conv2d_1/kernel"`; the first group that takes one has it. */
  readonly weights: RegExp | ((name: string) => boolean);
  /** At least 0, or a schedule. It is no multiple: a change of the optimizer's own leaves it alone. */
  readonly learningRate?: LearningRate;
  /** At least 0, whatever `excludeFromWeightDecay` says. */
  readonly weightDecay?: number;
  /** Steps after which these weights stay as they are; at least 0; default none. */
  readonly steps?: number;
}

/** How the option `groups` is read. @param more options of a group that only some optimizers have. */
export const weightGroups = <Group extends WeightGroup = WeightGroup>(
  more: Schema<Omit<Group, keyof WeightGroup>>,
): Reader<readonly Group[]> =>
  reader<readonly Group[], { default: readonly Group[] }>(
    { default: [] },
    (value, subject, name) => {
      check(
        isListOf(value, isObject),
        subject,
        `${name} to be a list of { weights, learningRate, weightDecay }`,
        describe(value),
        "pass e.g. [{ weights: /bias$/, weightDecay: 0 }]",
      );
      const schema = { ...groupSchema(), ...more } as ReturnType<typeof groupSchema>;
      return (value as Group[]).map(
        (group, i) =>
          readOptions(`${subject}: ${name}[${i}]`, group as WeightGroup, schema) as Group,
      );
    },
  );

const groupSchema = () => ({
  weights: like(isChoice, "a regular expression or a function of the name", "pass e.g. /bias$/"),
  learningRate: learningRate({ optional: true }),
  weightDecay: number({ min: 0, optional: true }),
  steps: integer({ min: 0, optional: true }),
});

function isChoice(value: unknown): value is WeightGroup["weights"] {
  return typeof value === "function" || value instanceof RegExp;
}

/**
 * The group of each weight; `undefined` for one that is in none.
 * @param names of the weights that the model has, of which some may be frozen.
 * @param areAll whether it has no others, so that a group that takes none of these is a mistake.
 * @throws {ArgumentError} if a group has none.
 */
export function groupsOf(
  subject: string,
  groups: readonly WeightGroup[],
  names: readonly string[],
  areAll: boolean,
): Map<string, WeightGroup | undefined> {
  const takes = ({ weights }: WeightGroup, name: string): boolean =>
    typeof weights === "function" ? weights(name) : name.search(weights) >= 0;
  const found = new Map(
    names.map((name) => [name, groups.find((group) => takes(group, name))] as const),
  );
  const taken = new Set(found.values());
  groups.forEach((group, i) => {
    check(
      taken.has(group) || !areAll,
      subject,
      `groups[${i}] to take some of the weights that no group before it takes`,
      `none of ${listed(names, 20)}`,
      "correct its weights, or leave the group out",
    );
  });
  return found;
}
