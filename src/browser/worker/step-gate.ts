import { nextTask } from "../../runtime/event-loop.ts";
import { Listener } from "../../runtime/listener.ts";
import type { Callback, TrainingRun } from "../../train/callback.ts";
import type { Logs } from "../../train/logs.ts";
import type { TrainerProgress } from "./protocol.ts";

/** Milliseconds between two reports. */
const REPORT_MS = 100;

/**
 * The Worker's own callback, called last after every step: lets messages in, reports how far the run
 * has come, and holds the run while it is paused.
 */
export class StepGate implements Callback {
  readonly #batchSize: number;
  readonly #report: Listener<TrainerProgress>;
  #epoch = 0;
  /** Since the last report. */
  #steps = 0;
  #since = performance.now();
  #reported = -Infinity;
  /** While paused: lets the run go on. */
  #open: (() => void) | undefined;
  #whenOpen: Promise<void> | undefined;
  #whenHeld: (() => void)[] = [];

  constructor(batchSize: number, report: (progress: TrainerProgress) => Promise<unknown>) {
    this.#batchSize = batchSize;
    this.#report = new Listener(report);
  }

  /** Holds the run after the step under way; resolves when it stands still, or `resume` is called. */
  pause(): Promise<void> {
    this.#whenOpen ??= new Promise((resolve) => {
      this.#open = resolve;
    });
    return new Promise((resolve) => {
      this.#whenHeld.push(resolve);
    });
  }

  /** Lets the run go on. Also called at its end: nobody waits any longer. */
  resume(): void {
    this.#announceHeld();
    this.#open?.();
    this.#open = undefined;
    this.#whenOpen = undefined;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#steps = 0;
    this.#since = performance.now();
  }

  async onBatchEnd(batch: number, logs: Logs, run: TrainingRun): Promise<void> {
    this.#steps++;
    const now = performance.now();
    if (now - this.#reported >= REPORT_MS || batch + 1 === run.steps || this.#whenOpen) {
      this.#reported = now;
      this.#report.tell(this.#progress(run, batch + 1, logs, now));
      this.#steps = 0;
      this.#since = now;
    }
    // A task of its own: pause and cancel take effect after this step.
    await nextTask();
    if (!this.#whenOpen) return;
    this.#announceHeld();
    await this.#whenOpen;
    // The time until now is no step's.
    this.#steps = 0;
    this.#since = performance.now();
  }

  onPhaseEnd(): Promise<void> {
    return this.#report.heard();
  }

  #announceHeld(): void {
    for (const resolve of this.#whenHeld) resolve();
    this.#whenHeld = [];
  }

  #progress(run: TrainingRun, step: number, logs: Logs, now: number): TrainerProgress {
    const { phase, epochs, steps, learningRate } = run;
    const secondsPerStep = (now - this.#since) / 1000 / this.#steps;
    return {
      phase,
      epoch: this.#epoch,
      epochs,
      step,
      steps,
      learningRate,
      loss: logs.loss,
      accuracy: logs.accuracy,
      secondsPerStep,
      imagesPerSecond: this.#batchSize / secondsPerStep,
    };
  }
}
