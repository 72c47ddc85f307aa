import { check, describe, isListOf, isObject, readable } from "../checks.ts";
import type { JsonValue } from "../text/json.ts";

/** A trial as far as its importance goes: what `runStudy` gives. */
export interface ValuedTrial {
  /** What it was given. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What it gave, if anything. */
  readonly value: number | undefined;
  /** Only `"complete"` ones count. */
  readonly state: string;
}

/** How much a parameter decides. */
export interface ParameterImportance {
  /** The parameter's. */
  readonly name: string;
  /** In [0, 1]: 1 if the value rises or falls with the parameter all the way, or each choice has its own values. */
  readonly importance: number;
  /**
   * Spearman's rank correlation with the value, in [-1, 1]: above 0, larger is larger. NaN for a parameter that is not
   * a number, or where parameter or value is always the same.
   */
  readonly rankCorrelation: number;
}

/**
 * How much each parameter of a study decides, the most important first. Of a number: the size of Spearman's rank
 * correlation of parameter and value, which asks how steadily one rises or falls with the other. Of anything else: the
 * correlation ratio of the values' ranks, the square root of the share of their variance that lies between the
 * choices. Both see one parameter at a time.
 * @param study what `runStudy` returned; its complete trials count, of which there should be many more than parameters.
 * @throws {ArgumentError} if it is no study, or less than two trials are complete.
 * @see scipy.stats.spearmanr; Kruskal and Wallis, JASA 1952
 * @example
 * for (const { name, importance } of parameterImportance(study)) console.log(name, importance);
 */
export function parameterImportance(study: {
  readonly trials: readonly ValuedTrial[];
}): readonly ParameterImportance[] {
  const subject = "parameterImportance";
  const trials = readTrials(subject, study).filter(
    ({ state, value }) => state === "complete" && typeof value === "number",
  );
  check(
    trials.length >= 2,
    subject,
    "a study with at least two complete trials",
    `${trials.length}`,
    "run more trials first",
  );
  const ranks = ranksOf(trials.map(({ value }) => value!));
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  return names
    .map((name) => {
      const values = trials.map(({ params }) =>
        Object.hasOwn(params, name) ? params[name] : null,
      );
      const areNumbers = isListOf(values, (value): value is number => typeof value === "number");
      const rankCorrelation = areNumbers ? correlation(ranksOf(values), ranks) : NaN;
      const size = areNumbers
        ? Math.abs(rankCorrelation)
        : correlationRatio(values as JsonValue[], ranks);
      return { name, importance: Number.isNaN(size) ? 0 : Math.min(1, size), rankCorrelation };
    })
    .sort((a, b) => b.importance - a.importance);
}

/** The trials of a study. @throws {ArgumentError} if it is none. */
export function readTrials(subject: string, study: unknown): readonly ValuedTrial[] {
  return readable(subject, "a study", () => {
    const { trials } = Object(study) as { trials?: unknown };
    const isTrial = (value: unknown): value is ValuedTrial =>
      isObject(value) && isObject((value as ValuedTrial).params);
    check(
      isListOf(trials, isTrial),
      subject,
      "a study with trials",
      describe(study),
      "pass what runStudy returned",
    );
    return trials;
  });
}

/** The place of each value when they are sorted, from 1; equal ones share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let i = from; i < to; i++) ranks[order[i]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's, NaN where one side is always the same. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [dx, dy] = [x, y].map(deviations);
  const product = sum(dx.map((value, i) => value * dy[i]));
  return product / Math.sqrt(sum(dx.map((v) => v * v)) * sum(dy.map((v) => v * v)));
}

/** The square root of the share of the variance that lies between groups. */
function correlationRatio(groups: readonly JsonValue[], values: readonly number[]): number {
  const all = deviations(values);
  const members = new Map<string, number[]>();
  groups.forEach((group, i) => {
    const key = JSON.stringify(group);
    members.set(key, [...(members.get(key) ?? []), all[i]]);
  });
  const between = sum([...members.values()].map((own) => sum(own) ** 2 / own.length));
  return Math.sqrt(between / sum(all.map((v) => v * v)));
}

function deviations(values: readonly number[]): number[] {
  const mean = sum(values) / values.length;
  return values.map((value) => value - mean);
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
