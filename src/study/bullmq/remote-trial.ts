import type { Job, Queue } from "bullmq";
import { warnOnce } from "../../runtime/warn.ts";
import { messageOf } from "../../text/describe.ts";
import type { Outcome, WorkListener } from "../engine.ts";
import type { Bell, Listener } from "./bell.ts";
import { decodeProgress, isOutcome, type TrialData } from "./messages.ts";
import { isAway, patiently } from "./patiently.ts";
import type { Server } from "./server.ts";

/** How long finished jobs are kept for those who look at the queue, in seconds. */
const KEPT = { age: 7 * 86_400 };

/** What a run of a trial on another machine needs. */
export interface RemoteTrialOptions {
  readonly server: Server;
  readonly queue: Queue;
  /** Rings when something has become of the job. */
  readonly bell: Bell;
  readonly listener: WorkListener;
  /** Aborted when it is to save and stop. */
  readonly signal: AbortSignal;
}

/**
 * A run of a trial, seen from the study's program. It looks at the job, does what is to be done about it, and looks
 * again: what was missed, by a lost connection or a program that was killed, is seen with the next look.
 */
export class RemoteTrial {
  readonly #options: RemoteTrialOptions;
  readonly #id: string;
  readonly #data: TrialData;
  #isToldToStop = false;

  constructor(data: TrialData, options: RemoteTrialOptions) {
    this.#options = options;
    this.#id = `${data.study}-${data.work.id}`;
    this.#data = data;
  }

  /** Resolves when the job is over. */
  async run(): Promise<Outcome> {
    await this.#discardOld();
    const listener = this.#options.bell.listen(this.#id);
    try {
      return await this.#watch(listener);
    } catch (error) {
      // The worker goes on as far as it gets without an answer; the study finds it there when it goes on.
      if (this.#options.signal.aborted && isAway(error)) return { kind: "stopped" };
      throw error;
    } finally {
      listener.leave();
    }
  }

  async #watch(listener: Listener): Promise<Outcome> {
    const { signal } = this.#options;
    for (;;) {
      listener.forget();
      const job = await this.#ask((queue) => queue.getJob(this.#id));
      if (job?.finishedOn !== undefined) return outcomeOf(job);
      if (!job) {
        if (signal.aborted) return { kind: "stopped" };
        await this.#add();
      } else if (!(await this.#answer(job))) {
        if (signal.aborted && (await this.#recall(job))) return { kind: "stopped" };
        await listener.next(signal.aborted ? undefined : signal);
      }
    }
  }

  /** What is left of an earlier run is of use only if it was the last one, and nobody has heard of its value. */
  async #discardOld(): Promise<void> {
    const old = await this.#ask((queue) => queue.getJob(this.#id));
    if (old?.finishedOn === undefined) return;
    const { kind } = outcomeOf(old);
    if (kind !== "value") await this.#ask((queue) => queue.remove(this.#id));
  }

  async #add(): Promise<void> {
    const { number } = this.#data.work;
    await this.#ask((queue) =>
      queue.add(`trial ${number}`, this.#data, {
        jobId: this.#id,
        removeOnComplete: KEPT,
        removeOnFail: KEPT,
      }),
    );
  }

  /** Answers what the worker has said, if it still waits for that. */
  async #answer(job: Job): Promise<boolean> {
    const said = decodeProgress(job.progress);
    const data = job.data as TrialData;
    if (!said) return false;
    if ("refused" in said) {
      warnOnce(
        this.#options.queue,
        `the worker ${said.worker} does not take trials: ${said.refused}`,
      );
      return false;
    }
    const { ticket, epochs, logs } = said;
    if (data.answer?.ticket === ticket) return false;
    const verdict = await this.#options.listener({ epochs, logs });
    await this.#tell(job, { ...this.#said(), answer: { ticket, verdict } });
    return true;
  }

  /** Takes the job out of the queue; if a worker has it, tells that one to stop. */
  async #recall(job: Job): Promise<boolean> {
    if ((await this.#ask((queue) => queue.remove(this.#id))) === 1) return true;
    if (!this.#isToldToStop) {
      this.#isToldToStop = true;
      const { answer } = job.data as TrialData;
      await this.#tell(job, { ...this.#said(), answer });
    }
    return false;
  }

  #said(): TrialData {
    return this.#isToldToStop ? { ...this.#data, stop: true } : this.#data;
  }

  async #tell(job: Job, data: TrialData): Promise<void> {
    await this.#ask(async () => {
      try {
        await job.updateData(data);
      } catch (error) {
        // It is no more: the next look shows that.
        if (!/missing key/i.test(messageOf(error))) throw error;
      }
    });
  }

  #ask<T>(action: (queue: Queue) => Promise<T>): Promise<T> {
    const { server, queue, signal } = this.#options;
    return patiently(server.address, () => action(queue), signal);
  }
}

function outcomeOf({ failedReason, returnvalue }: Job): Outcome {
  const outcome: unknown = returnvalue;
  if (isOutcome(outcome)) return outcome;
  const error = `its job has failed: ${failedReason}`;
  // BullMQ has given it up after many workers: that will be the trial's own fault.
  return { kind: "lost", error, isKilled: !/stalled more than/.test(failedReason) };
}
