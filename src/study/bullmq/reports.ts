import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { EpochReport, Verdict } from "../engine.ts";
import type { Lease } from "./lease.ts";
import { decodeProgress, encodeProgress, type TrialData } from "./messages.ts";
import { isAway, within } from "./patiently.ts";

/** Between two looks for an answer: first, and at most. */
const [FIRST_MS, LONGEST_MS] = [5, 1_000];
/** The longest that the server may take to answer. */
const ANSWER_MS = 15_000;

/** A worker's reports of a trial, through its job. */
export class Reports {
  readonly #queue: Queue;
  readonly #job: Job;
  readonly #lease: Lease;
  readonly #worker: string;

  constructor(queue: Queue, job: Job, lease: Lease, worker: string) {
    this.#queue = queue;
    this.#job = job;
    this.#lease = lease;
    this.#worker = worker;
  }

  /**
   * Reports an epoch and waits for the answer, however long the study's program is away.
   * @param signal ends the wait.
   * @returns nothing if the wait was ended or the job is lost: then there is no answer.
   */
  async answerTo(report: EpochReport, signal: AbortSignal): Promise<Verdict | undefined> {
    // A server that is away may keep its answers for long.
    const { lost } = this.#lease;
    const isLost = new Promise<undefined>((resolve) => {
      lost.addEventListener("abort", () => {
        resolve(undefined);
      });
    });
    return Promise.race([isLost, this.#ask(report, signal)]);
  }

  async #ask(report: EpochReport, signal: AbortSignal): Promise<Verdict | undefined> {
    const ticket = randomUUID();
    const progress = encodeProgress({ ...report, ticket, worker: this.#worker });
    const isOver = (): boolean => signal.aborted || this.#lease.lost.aborted;
    // Nobody else may have the job when this worker speaks for it.
    if (!(await this.#lease.renew())) return undefined;
    let hasSaid = false;
    for (let wait = FIRST_MS; !isOver(); wait = Math.min(2 * wait, LONGEST_MS)) {
      try {
        if (!hasSaid) await within(ANSWER_MS, () => this.#job.updateProgress(progress));
        const job = (await within(ANSWER_MS, () => this.#queue.getJob(this.#job.id!))) as
          Job | undefined;
        const { answer } = (job?.data ?? {}) as Partial<TrialData>;
        if (answer?.ticket === ticket) return answer.verdict;
        // A worker that lost this job without having noticed may have spoken in between.
        const said = decodeProgress(job?.progress);
        hasSaid = said !== undefined && "ticket" in said && said.ticket === ticket;
      } catch (error) {
        // The job is no more, of which the lease will hear; or the server is away.
        if (!isAway(error)) await this.#lease.renew();
        hasSaid = false;
      }
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
    return undefined;
  }

  /** Says why this worker does not take the job. */
  async refuse(reason: string): Promise<void> {
    await this.#job.updateProgress(encodeProgress({ refused: reason, worker: this.#worker }));
  }
}
