import { BRAND } from "../../brand.ts";
import { oneOf, readOptions } from "../../options.ts";
import type { NamedValue } from "../console/format-metric.ts";
import {
  epochLine,
  progressLine,
  type Progress,
  type ProgressStyle,
} from "../console/progress-line.ts";
import { StepTimer } from "../console/step-timer.ts";
import { textSink, type TextSink } from "../console/text-sink.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import type { Logs } from "../logs.ts";

/** Seconds between two drawings of the live line. */
const REDRAW_INTERVAL = 0.1;

/** Options of {@link progressBar}. */
export interface ProgressBarOptions {
  /** Whose text the lines follow; default `"keras2"`. */
  readonly style?: ProgressStyle;
  /** Where the lines go; default the standard output, or the console where there is none. */
  readonly output?: TextSink;
}

/**
 * Prints how the training goes on: with `verbose` 1 a line that is redrawn as the epoch proceeds, at
 * most ten times a second and made to fit the terminal (the bar gives way first; the values of a
 * finished line go into the next one); where nothing can be redrawn (a file, a pipe, a browser's
 * console) the same line once, when the epoch is over. With `verbose` 2 one line an epoch, with 0 nothing.
 *
 * The time of a line includes the validation; with `verbose` 1 the time of a step leaves the first
 * step out.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function progressBar(options: ProgressBarOptions = {}): Callback {
  const { style, output } = readOptions("progressBar", options, {
    style: oneOf(["keras2", "keras3"], { default: "keras2" }),
    output: textSink(),
  });
  return new ProgressBar(style, output);
}

class ProgressBar implements Callback {
  readonly #style: ProgressStyle;
  readonly #output: TextSink;
  #timer = new StepTimer(0);
  #values = new Map<string, number>();
  #steps = 0;
  #lastDrawn = -Infinity;
  #isLineOpen = false;

  constructor(style: ProgressStyle, output: TextSink) {
    this.#style = style;
    this.#output = output;
  }

  get [BRAND](): string {
    return "ProgressBar";
  }

  async onEpochBegin(epoch: number, _logs: Logs, run: TrainingRun): Promise<void> {
    const { verbose, epochs } = run;
    this.#timer = new StepTimer(seconds());
    this.#values = new Map();
    this.#steps = 0;
    this.#lastDrawn = -Infinity;
    if (verbose > 0 && epochs > 1) await this.#output.write(`Epoch ${epoch + 1}/${epochs}\n`);
  }

  async onBatchEnd(batch: number, logs: Logs, run: TrainingRun): Promise<void> {
    if (this.#steps === 0 && batch > 0) {
      // A run that goes on within an epoch: the steps before took their time in another.
      this.#timer = new StepTimer(this.#timer.start, batch);
    }
    this.#steps = batch + 1;
    if (run.verbose !== 1) return;
    const now = seconds();
    // Asked even where nothing is drawn: the timer must see the end of the first step.
    const secondsPerStep = this.#timer.secondsPerStep(this.#steps, now);
    this.#remember(logs);
    if (this.#output.isTTY !== true || now - this.#lastDrawn < REDRAW_INTERVAL) return;
    this.#lastDrawn = now;
    this.#isLineOpen = true;
    await this.#output.write(this.#line(this.#progress(run.steps, now, secondsPerStep, false)));
  }

  async onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): Promise<void> {
    const { verbose, steps = this.#steps } = run;
    if (verbose === 0) return;
    this.#remember(logs);
    const now = seconds();
    const progress = this.#progress(steps, now, this.#timer.secondsPerStep(steps, now), true);
    this.#isLineOpen = false;
    const line = verbose === 2 ? epochLine(progress, this.#style) : this.#line(progress);
    await this.#output.write(`${line}\n`);
  }

  async onRunEnd(): Promise<void> {
    // A run that broke off within an epoch leaves the live line behind: what comes next starts anew.
    const wasOpen = this.#isLineOpen;
    this.#isLineOpen = false;
    if (wasOpen) await this.#output.write("\n");
  }

  /** The line of an epoch; on a terminal in the place of the one before, and made to fit. */
  #line(progress: Progress): string {
    const { isTTY, columns } = this.#output;
    const style = this.#style;
    if (isTTY !== true) return progressLine(progress, { style });
    // The last column stays free: some terminals break the line once it is filled.
    const options = { style, color: true, columns: (columns || 80) - 1 };
    return `\r\x1b[K${progressLine(progress, options)}`;
  }

  /** Values keep the place that they first had: those of the batches, then those of the epoch. */
  #remember(logs: Logs): void {
    const entries: NamedValue[] = Object.entries(logs);
    if (this.#style === "keras3") entries.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, value] of entries) this.#values.set(name, value);
  }

  #progress(
    target: number | undefined,
    now: number,
    secondsPerStep: number,
    isFinal: boolean,
  ): Progress {
    return {
      steps: isFinal && target !== undefined ? target : this.#steps,
      target,
      elapsed: this.#timer.elapsed(now),
      secondsPerStep,
      isFinal,
      values: [...this.#values],
    };
  }
}

function seconds(): number {
  return performance.now() / 1000;
}
