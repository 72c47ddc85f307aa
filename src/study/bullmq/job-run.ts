import type { Job, Queue } from "bullmq";
import { ArgumentError } from "../../errors.ts";
import { explainFileErrors } from "../../node/file-errors.ts";
import { makeFolder } from "../../node/make-folder.ts";
import { join } from "node:path";
import { LIBRARY_VERSION } from "../../train/checkpoint/library-version.ts";
import type { EpochReport, Outcome, Verdict } from "../engine.ts";
import { trialFolder, type TrialPlace } from "../local/trial-place.ts";
import { WorkerProcess } from "../local/worker-process.ts";
import { unsaved } from "../watched-store.ts";
import { IN_DATABASE, isDatabase } from "./checkpoints-option.ts";
import { Lease } from "./lease.ts";
import type { TrialData } from "./messages.ts";
import { patiently } from "./patiently.ts";
import { Reports } from "./reports.ts";
import type { WorkerSettings } from "./worker-options.ts";

const SUBJECT = "runWorker";
/** How often to look whether the study wants the trial to stop. */
const LOOK_MS = 2_000;
/** How long a trial that is to stop may wait for the answer to its last report. */
const LAST_ANSWER_MS = 5_000;

/** What a worker has to run jobs with. */
export interface JobRunOptions {
  readonly settings: WorkerSettings;
  readonly queue: Queue;
  /** What the worker is called in messages. */
  readonly name: string;
  /** The SHA-256 of its trial's module. */
  readonly module: string;
  /** Aborted when the worker ends. */
  readonly signal: AbortSignal;
}

/** A job that a worker has taken, from there to where it is over or given back. */
export class JobRun {
  readonly #job: Job;
  readonly #data: TrialData;
  readonly #options: JobRunOptions;
  readonly #lease: Lease;
  readonly #reports: Reports;
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();

  constructor(job: Job, options: JobRunOptions) {
    this.#job = job;
    this.#data = job.data as TrialData;
    this.#options = options;
    this.#lease = new Lease(job, 1000 * options.settings.patience);
    this.#reports = new Reports(options.queue, job, this.#lease, options.name);
  }

  /**
   * Runs it.
   * @returns what has become of it, in words.
   * @throws {ArgumentError} if it is for other workers than this one, who get it.
   * @throws {SourceError} if its checkpoints cannot be kept here: it is given back, too.
   */
  async run(): Promise<string> {
    const { signal } = this.#options;
    const stop = (): void => {
      this.#stop.abort();
    };
    const kill = (): void => {
      this.#kill.abort();
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    this.#lease.lost.addEventListener("abort", kill, { once: true });
    const look = setInterval(() => void this.#look(), LOOK_MS);
    try {
      this.#checkFit();
      return await this.#end(await this.#work());
    } catch (error) {
      await this.#giveBack((error as Error).message);
      throw error;
    } finally {
      clearInterval(look);
      signal.removeEventListener("abort", stop);
      this.#lease.end();
    }
  }

  /** Both sides have to mean the same. */
  #checkFit(): void {
    const { release, module, work } = this.#data;
    const { settings } = this.#options;
    if (release !== LIBRARY_VERSION) {
      throw new ArgumentError({
        subject: SUBJECT,
        expected: `cifar-kit ${release}, which the study has`,
        got: LIBRARY_VERSION,
        remedy: `install the same release on all machines: npm install cifar-kit@${release}`,
      });
    }
    if (module !== this.#options.module) {
      throw new ArgumentError({
        subject: SUBJECT,
        expected: `the trial of the study, ${work.trial}, in ${settings.trial.href}`,
        got: "another file, by its SHA-256",
        remedy: "bring the study's file to this machine, or name the queue of another study",
      });
    }
  }

  async #work(): Promise<Outcome> {
    const { settings } = this.#options;
    const task = {
      work: { ...this.#data.work, trial: settings.trial.href },
      place: await this.#place(),
    };
    const child = new WorkerProcess({ execArgv: settings.execArgv });
    const outcome = await child.run(task, this.#report, {
      stop: this.#stop.signal,
      kill: this.#kill.signal,
    });
    // A store refuses a worker that another one has taken the trial from.
    if (outcome.kind === "unsaved" && (await this.#lease.renew())) {
      throw unsaved(SUBJECT, task.work.number, outcome.error);
    }
    if (outcome.kind !== "unusable") return outcome;
    throw new ArgumentError({
      subject: SUBJECT,
      expected: `a trial as the default export of ${settings.trial.href}`,
      got: outcome.got,
      remedy: "see that the module loads on this machine, and all that it needs",
    });
  }

  async #place(): Promise<TrialPlace> {
    const { study, checkpoints, work } = this.#data;
    const { address, checkpoints: own = checkpoints } = this.#options.settings;
    const isOurs = own === IN_DATABASE && address.kind === "postgres";
    if (isOurs || isDatabase(own)) {
      return { database: isOurs ? address.url : own, run: `${study}/${work.id}` };
    }
    if (own === null || own === IN_DATABASE) {
      throw new ArgumentError({
        subject: SUBJECT,
        expected: "a place for checkpoints, from the study or from the worker",
        got: own === null ? "none" : `${IN_DATABASE}, and a connection to Redis`,
        remedy:
          "pass checkpoints, the path of a folder that all machines share, or the address of a database",
      });
    }
    const folder = trialFolder(join(own, study), work);
    const expected = `that ${folder} can be made, read and written`;
    await explainFileErrors({ subject: SUBJECT, expected }, () => makeFolder(folder));
    return { folder };
  }

  readonly #report = async (report: EpochReport): Promise<Verdict> => {
    const patience = new AbortController();
    const hurry = (): void => {
      setTimeout(() => {
        patience.abort();
      }, LAST_ANSWER_MS).unref();
    };
    this.#stop.signal.addEventListener("abort", hurry, { once: true });
    if (this.#stop.signal.aborted) hurry();
    const verdict = await this.#reports.answerTo(report, patience.signal);
    this.#stop.signal.removeEventListener("abort", hurry);
    // It must not save as done what the study has not heard of: it is ended where it stands.
    if (verdict === undefined) this.#kill.abort();
    return verdict ?? "stop";
  };

  /** Sees whether the study wants the trial to stop. */
  async #look(): Promise<void> {
    const job = (await this.#options.queue.getJob(this.#job.id!).catch(() => undefined)) as
      Job | undefined;
    if ((job?.data as TrialData | undefined)?.stop) this.#stop.abort();
  }

  async #end(outcome: Outcome): Promise<string> {
    const { signal } = this.#options;
    if (this.#lease.lost.aborted)
      return "is another worker's now: this one was silent for too long";
    // Stopped, or ended in the middle of a report, because this worker ends.
    const isOwnEnd = signal.aborted && ["stopped", "lost"].includes(outcome.kind);
    if (isOwnEnd) {
      await this.#giveBack();
      return "has saved and goes back into the queue";
    }
    await this.#patiently(() => this.#job.moveToCompleted(outcome, this.#job.token!, false));
    return outcome.kind === "value" ? `ends with ${outcome.value}` : wordOf(outcome);
  }

  /** Puts the job back into the queue. @param reason why this worker does not want it. */
  async #giveBack(reason?: string): Promise<void> {
    await this.#patiently(async () => {
      if (reason !== undefined) await this.#reports.refuse(reason);
      await this.#job.moveToWait(this.#job.token);
    });
  }

  /** Does something to the job, unless it is another's by then: that one then does it. */
  async #patiently(action: () => Promise<unknown>): Promise<void> {
    const { settings } = this.#options;
    await patiently(settings.address, action, this.#lease.lost).catch((error: unknown) => {
      if (!this.#lease.lost.aborted && !isLoss(error)) throw error;
    });
    this.#lease.end();
  }
}

/** BullMQ's words for a job that is no more, or is another worker's. */
const isLoss = (error: unknown): boolean =>
  /missing (key|lock)|lock mismatch|not in the active state/i.test((error as Error).message);

function wordOf(outcome: Exclude<Outcome, { kind: "value" }>): string {
  if (outcome.kind === "stopped") return "has saved and waits";
  return `has failed: ${"error" in outcome ? outcome.error : outcome.got}`;
}
