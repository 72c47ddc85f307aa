import { printable } from "../../text/printable.ts";
import type { TextSink } from "../../train/console/text-sink.ts";
import { shortNumber, shortValue } from "./short-value.ts";
import type { TrialRecord } from "../trial-record.ts";

/** Seconds between two drawings of the live lines. */
const REDRAW_INTERVAL = 0.1;

/**
 * What a study prints: on a terminal a live line for each trial that runs, at most ten times a second; and a
 * line for each trial that has ended, there and everywhere else.
 */
export class StudyProgress {
  readonly #output: TextSink | undefined;
  readonly #live = new Map<number, string>();
  /** Live lines on the terminal. */
  #drawn = 0;
  #lastDrawn = -Infinity;

  /** @param output where it goes; none if nothing is to be printed. */
  constructor(output: TextSink | undefined) {
    this.#output = output;
  }

  /** A trial runs. */
  began(trial: TrialRecord): void {
    this.#live.set(trial.number, lineOf(trial));
    this.#draw("");
  }

  /** A trial has said something. */
  reported(trial: TrialRecord): void {
    this.#live.set(trial.number, lineOf(trial));
    if (performance.now() / 1000 - this.#lastDrawn >= REDRAW_INTERVAL) this.#draw("");
  }

  /** A trial is over. */
  ended(trial: TrialRecord): void {
    this.#live.delete(trial.number);
    this.#draw(`${lineOf(trial)}\n`);
  }

  /** A trial does not run any more; it may go on later. */
  stopped(trial: TrialRecord): void {
    if (this.#live.delete(trial.number)) this.#draw("");
  }

  /** Says something above the live lines, and draws these anew. */
  #draw(said: string): void {
    if (!this.#output) return;
    const { isTTY, columns } = this.#output;
    if (isTTY !== true) {
      if (said !== "") this.#output.write(said);
      return;
    }
    this.#lastDrawn = performance.now() / 1000;
    // The last column stays free: some terminals break the line once it is filled.
    const width = (columns || 80) - 1;
    const lines = [...this.#live.values()].map((line) => `${line.slice(0, width)}\n`);
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : "";
    this.#output.write(`${up}\r\x1b[J${said}${lines.join("")}`);
    this.#drawn = lines.length;
  }
}

/** `trial 3  pruned  after 2 epochs  0.4312  learningRate=0.001234 batchSize=32` */
function lineOf({ number, state, value, reports, params, error }: TrialRecord): string {
  const last = reports.at(-1);
  const size = value ?? last?.value;
  const parts = [
    `trial ${number}`,
    state === "running" ? "runs" : state,
    last && `after ${last.epochs} epoch${last.epochs === 1 ? "" : "s"}`,
    size === undefined ? undefined : shortNumber(size),
    Object.entries(params)
      .map(([name, one]) => `${name}=${shortValue(one)}`)
      .join(" "),
    state === "failed" ? error : undefined,
  ];
  return printable(parts.filter((part) => part !== undefined && part !== "").join("  "));
}
