/** What a program and the processes that run its trials say to each other. */
import type { EpochReport, Outcome, Verdict, Work } from "../engine.ts";
import type { TrialPlace } from "./trial-place.ts";

/** A trial to run, and where. */
export interface Task {
  readonly work: Work;
  readonly place: TrialPlace;
}

/** To a process. */
export type ToWorker =
  /** First of all. */
  | { readonly kind: "task"; readonly task: Task }
  /** The answer to a report. */
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** Save and stop. */
  | { readonly kind: "stop" };

/** From a process. */
export type FromWorker =
  | { readonly kind: "report"; readonly report: EpochReport }
  /** Last of all. */
  | { readonly kind: "outcome"; readonly outcome: Outcome };
