import { check, describe, isListOf, isObject, readable } from "../checks.ts";

/** A trial as far as pictures show it: what `runStudy` gives. */
export interface TrialToPlot {
  /** What it was given. */
  readonly params: Readonly<Record<string, unknown>>;
  /** What it gave, if anything. */
  readonly value: number | undefined;
  /** `"complete"`, `"pruned"` or what else has become of it. */
  readonly state: string;
  /** What it said after its epochs. */
  readonly reports: readonly ReportToPlot[];
}

/** What a trial said after an epoch. */
export interface ReportToPlot {
  /** Epochs that it had behind it. */
  readonly epochs: number;
  /** What it was judged by, if that was measured. */
  readonly value: number | undefined;
  /** All that it said. */
  readonly logs: Readonly<Record<string, number>>;
}

/** A study as far as pictures show it: what `runStudy` gives. */
export interface StudyToPlot {
  /** Whether small or large values are better. */
  readonly direction: "minimize" | "maximize";
  /** Its trials, by their numbers. */
  readonly trials: readonly TrialToPlot[];
}

/** A trial with its number and its rank. */
export interface RankedTrial extends TrialToPlot {
  readonly number: number;
  /** 0 for the best of those that are complete, 1 for the worst; `undefined` for others. */
  readonly rank: number | undefined;
}

/** The trials of a study. @throws {ArgumentError} if it is none, or has no trial. */
export function readStudy(subject: string, study: unknown): readonly RankedTrial[] {
  return readable(subject, "a study", () => {
    const { trials, direction } = Object(study) as Partial<StudyToPlot>;
    check(
      isListOf(trials, isTrial) && trials.length > 0,
      subject,
      "a study with at least one trial",
      trials === undefined ? describe(study) : describe(trials),
      "pass what runStudy returned",
    );
    const sign = direction === "maximize" ? -1 : 1;
    const complete = trials.filter(
      ({ state, value }) => state === "complete" && Number.isFinite(value),
    );
    const order = [...complete].sort((a, b) => sign * (a.value! - b.value!));
    return trials.map((trial, number) => {
      const place = order.indexOf(trial);
      return {
        ...{ number, params: trial.params, value: trial.value, state: trial.state },
        reports: trial.reports,
        rank: place === -1 ? undefined : place / Math.max(1, order.length - 1),
      };
    });
  });
}

function isTrial(value: unknown): value is TrialToPlot {
  const { params, state, reports } = Object(value) as Partial<TrialToPlot>;
  return isObject(params) && typeof state === "string" && isListOf(reports, isObject);
}

/** Best trials dark, bad ones light. */
export const RANK_COLOR = {
  field: "rank",
  type: "quantitative",
  scale: { domain: [0, 0.3, 1], range: ["#08306b", "#4292c6", "#c6dbef"] },
  legend: null,
} as const;
