/** What a study's program and its workers say to each other. */
import type { EpochReport, Outcome, Verdict, Work } from "../engine.ts";

/** To a worker. */
export type ToWorker =
  /** First of all: what to do, and where. */
  | { readonly kind: "work"; readonly work: Work; readonly folder: string }
  /** The answer to a report. */
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  /** Save and stop. */
  | { readonly kind: "stop" };

/** From a worker. */
export type FromWorker =
  | { readonly kind: "report"; readonly report: EpochReport }
  /** Last of all. */
  | { readonly kind: "outcome"; readonly outcome: Outcome };
