/** Which trial runs when: the loop of a study, from its journal to its last trial. */
import { isDeepStrictEqual } from "node:util";
import { ArgumentError } from "../errors.ts";
import { deriveSeed } from "../random/stream.ts";
import type { StudyProgress } from "./console/study-progress.ts";
import type { EpochReport, OpenEngine, Outcome, Verdict } from "./engine.ts";
import { judgedBy } from "./judged-by.ts";
import type { Field, Pruner } from "./pruners/pruner.ts";
import type { StudySettings } from "./study-options.ts";
import type { StudyRecord } from "./study-record.ts";
import type { TrialRecord } from "./trial-record.ts";
import { unsaved } from "./watched-store.ts";

/** A trial whose process is killed so often between two reports is more likely the reason than the victim. */
const MOST_KILLS = 30;

/** The trials of a study that are left, run on an engine. */
export class Schedule {
  readonly #settings: StudySettings;
  readonly #record: StudyRecord;
  readonly #engine: OpenEngine;
  readonly #progress: StudyProgress;
  readonly #pruner: Pruner | undefined;
  readonly #stop = new AbortController();
  /** What is under way, by the trials' numbers. */
  readonly #running = new Map<number, Promise<void>>();
  /** How often the process of a trial was killed since its last report. */
  readonly #kills = new Map<number, number>();
  #failure: { readonly reason: unknown } | undefined;

  constructor(
    settings: StudySettings,
    record: StudyRecord,
    engine: OpenEngine,
    progress: StudyProgress,
  ) {
    this.#settings = settings;
    this.#record = record;
    this.#engine = engine;
    this.#progress = progress;
    this.#pruner = settings.pruner;
  }

  /** Begins nothing more; what is under way saves and stops. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Runs what is left, or as much of it as there is time for.
   * @throws what concerns the study as a whole, when all that was under way has stopped.
   */
  async run(): Promise<void> {
    // What a program that was killed had still to say to its trials' last reports.
    for (const trial of this.#unfinished()) await this.#isEnded(trial);
    for (;;) {
      const wasIdle = this.#running.size === 0;
      await this.#fill(wasIdle).catch(this.#fail);
      if (this.#running.size > 0) await Promise.race(this.#running.values());
      // The last one may have ended while nothing was found to do beside it.
      else if (wasIdle || this.#stop.signal.aborted) break;
    }
    if (this.#failure) throw this.#failure.reason;
    if (this.#stop.signal.aborted) return;
    // Nobody will promote them any more.
    for (const trial of this.#unfinished()) await this.#finish(trial, "pruned");
  }

  readonly #fail = (reason: unknown): void => {
    this.#failure ??= { reason };
    this.stop();
  };

  /** Starts trials as long as there is room and something to do. @param isIdle whether none runs. */
  async #fill(isIdle: boolean): Promise<void> {
    while (this.#running.size < this.#engine.workers && !this.#stop.signal.aborted) {
      const trial = await this.#next(isIdle && this.#running.size === 0);
      if (!trial) return;
      const run = this.#run(trial)
        .catch(this.#fail)
        .finally(() => this.#running.delete(trial.number));
      this.#running.set(trial.number, run);
    }
  }

  /** The trial to run next: one that was interrupted, one that waited, or a new one. */
  async #next(isIdle: boolean): Promise<TrialRecord | undefined> {
    const interrupted = this.#unfinished().find(
      (trial) => this.#isFree(trial) && !this.#pruner?.isWaiting(trial),
    );
    return (
      interrupted ??
      (await this.#promoted(false)) ??
      (await this.#begun()) ??
      (isIdle ? await this.#promoted(true) : undefined)
    );
  }

  async #promoted(isLast: boolean): Promise<TrialRecord | undefined> {
    const trial = this.#pruner?.next(this.#field(), this.#isFree, isLast);
    if (!trial) return undefined;
    await this.#record.promote(trial);
    return this.#record.trial(trial.number);
  }

  /** A new trial, if there are to be more. */
  async #begun(): Promise<TrialRecord | undefined> {
    const { trials = Infinity, sampler, seed, space } = this.#settings;
    const index = this.#own().length;
    if (this.#record.trials.length >= trials || index >= sampler.count) return undefined;
    const distributions = space.map(([name, { distribution }]) => [name, distribution] as const);
    const ownSeed = deriveSeed(seed, "trial", index);
    return this.#record.createTrial(index, ownSeed, sampler.params(index), distributions);
  }

  /** Runs a trial until it ends or waits; one that broke off is then among those that are free. */
  async #run(trial: TrialRecord): Promise<void> {
    const { id, number, params, seed = 0 } = trial;
    this.#progress.began(trial);
    const work = { trial: this.#settings.trial.href, id, number, params, seed };
    const outcome = await this.#engine.run(
      work,
      (report) => this.#answer(number, report),
      this.#stop.signal,
    );
    const now = this.#record.trial(number);
    // It may have been pruned, and have gone on to its end nevertheless.
    if (now.state === "running") await this.#conclude(now, outcome);
    this.#progress.stopped(this.#record.trial(number));
  }

  async #conclude(trial: TrialRecord, outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case "value":
        await this.#finish(trial, "complete", outcome.value);
        return;
      case "stopped":
        return;
      case "failed":
        await this.#countFailure(trial, outcome.error);
        return;
      case "lost": {
        const kills = (this.#kills.get(trial.number) ?? 0) + 1;
        this.#kills.set(trial.number, kills);
        if (!outcome.isKilled || kills > MOST_KILLS) await this.#countFailure(trial, outcome.error);
        return;
      }
      case "unsaved":
        throw unsaved("runStudy", trial.number, outcome.error);
      case "unusable":
        throw new ArgumentError({
          subject: "runStudy",
          expected: `a trial as the default export of ${this.#settings.trial.href}`,
          got: outcome.got,
          remedy:
            "write export default defineTrial(async ({ params }) => ...) into a module that loads",
        });
    }
  }

  /** What a trial does after an epoch: also if something is wrong that is not its fault. */
  #answer(number: number, report: EpochReport): Promise<Verdict> {
    return this.#hear(number, report).catch((reason: unknown) => {
      this.#fail(reason);
      return "stop";
    });
  }

  async #hear(number: number, { epochs, logs }: EpochReport): Promise<Verdict> {
    this.#kills.delete(number);
    const before = this.#record.trial(number);
    const value = judgedBy(this.#pruner, this.#settings.direction, before, { epochs, logs });
    const known = before.reports.find((report) => report.epochs === epochs);
    // After an interruption it may say again what it has said; or what was written by half.
    if (!isDeepStrictEqual(known, { epochs, value, logs })) {
      await this.#record.report(before, epochs, value, logs);
    }
    const trial = this.#record.trial(number);
    this.#progress.reported(trial);
    if (await this.#isEnded(trial)) return "stop";
    if (!this.#pruner?.isWaiting(trial)) return "go on";
    const isFree = (other: TrialRecord): boolean => other.number === number || this.#isFree(other);
    if (this.#pruner.next(this.#field(), isFree, false)?.number !== number) return "stop";
    await this.#record.promote(trial);
    return "go on";
  }

  /** Whether a trial is over; one without hope ends here. */
  async #isEnded(trial: TrialRecord): Promise<boolean> {
    if (trial.state !== "running") return true;
    if (!this.#pruner?.isHopeless(trial, this.#field())) return false;
    await this.#finish(trial, "pruned");
    return true;
  }

  async #countFailure(trial: TrialRecord, error: string): Promise<void> {
    await this.#record.fail(trial, error);
    if (trial.failures >= this.#settings.retries) await this.#finish(trial, "failed");
  }

  async #finish(
    trial: TrialRecord,
    state: "complete" | "pruned" | "failed",
    value?: number,
  ): Promise<void> {
    // As in Optuna, one that was pruned is worth what it was last.
    const last = state === "pruned" ? trial.reports.at(-1)?.value : undefined;
    await this.#record.finish(trial, state, value ?? last);
    this.#progress.ended(this.#record.trial(trial.number));
  }

  #field(): Field {
    return { trials: this.#record.trials, direction: this.#settings.direction };
  }

  /** The trials that this library has begun: those of other programs are not touched. */
  #own(): TrialRecord[] {
    return this.#record.trials.filter(({ index }) => index !== undefined);
  }

  #unfinished(): TrialRecord[] {
    return this.#own().filter(({ state }) => state === "running");
  }

  readonly #isFree = ({ number }: TrialRecord): boolean => !this.#running.has(number);
}
