import type { Job } from "bullmq";
import { within } from "./patiently.ts";

/** The longest time between two renewals. */
const LONGEST_BEAT_MS = 5_000;

/**
 * A job that a worker has taken: the worker's as long as it renews the lock. Without a renewal for as long as the
 * lock lasts, because this process or its network slept, it may be another's: then the lease is lost, for good.
 */
export class Lease {
  readonly #job: Job;
  readonly #lockMs: number;
  readonly #lost = new AbortController();
  /** When the last successful renewal began. */
  #renewed = performance.now();
  #timers: NodeJS.Timeout[] = [];

  /** @param lockMs how long a lock lasts: the one that the job was taken with has just begun. */
  constructor(job: Job, lockMs: number) {
    this.#job = job;
    this.#lockMs = lockMs;
    const beat = Math.min(lockMs / 4, LONGEST_BEAT_MS);
    this.#timers = [
      setInterval(() => void this.renew(), beat),
      setInterval(() => {
        this.#look();
      }, beat / 4),
    ];
  }

  /** Aborted when the job may be another worker's. */
  get lost(): AbortSignal {
    this.#look();
    return this.#lost.signal;
  }

  /** Renews the lock, if the server is there. @returns whether the job is still this worker's. */
  async renew(): Promise<boolean> {
    const began = performance.now();
    if (this.lost.aborted) return false;
    try {
      const { token } = this.#job;
      const renewed = await within(this.#lockMs / 2, () =>
        this.#job.extendLock(token!, this.#lockMs),
      );
      if (renewed !== 1) this.#lose();
      else this.#renewed = Math.max(this.#renewed, began);
    } catch {
      // The server is away: the lock lasts for a while.
    }
    return !this.lost.aborted;
  }

  /** Renews it no more. */
  end(): void {
    this.#timers.forEach(clearInterval);
    this.#timers = [];
  }

  #look(): void {
    if (performance.now() - this.#renewed >= this.#lockMs) this.#lose();
  }

  #lose(): void {
    // It was not lost, but given back.
    if (this.#timers.length === 0) return;
    this.end();
    this.#lost.abort();
  }
}
