import type { QueueEvents } from "bullmq";

/** Nobody waits longer than this: events may be lost with a connection. */
const LONGEST_MS = 2_000;
const EVENTS = [
  "progress",
  "completed",
  "failed",
  "stalled",
  "waiting",
  "active",
  "removed",
] as const;

/** Tells those who listen when something has become of a job. */
export class Bell {
  readonly #listeners = new Map<string, Listener>();

  constructor(events: QueueEvents) {
    for (const name of EVENTS) {
      events.on(name, ({ jobId }: { jobId: string }) => {
        this.#listeners.get(jobId)?.ring();
      });
    }
  }

  /** Listens for one job. */
  listen(jobId: string): Listener {
    const listener = new Listener(() => this.#listeners.delete(jobId));
    this.#listeners.set(jobId, listener);
    return listener;
  }
}

/** Who listens for a job. */
export class Listener {
  /** Listens no more. */
  readonly leave: () => void;
  #hasRung = false;
  #wake: () => void = () => undefined;

  constructor(leave: () => void) {
    this.leave = leave;
  }

  /** Something has become of the job. */
  ring(): void {
    this.#hasRung = true;
    this.#wake();
  }

  readonly #onAbort = (): void => {
    this.#wake();
  };

  /** What has rung so far has been seen to, or will be. */
  forget(): void {
    this.#hasRung = false;
  }

  /** Resolves when it has rung since it was forgotten, after a while, or when the signal is aborted. */
  async next(signal?: AbortSignal): Promise<void> {
    if (this.#hasRung || signal?.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, LONGEST_MS);
      signal?.addEventListener("abort", this.#onAbort, { once: true });
    });
    clearTimeout(timer);
    signal?.removeEventListener("abort", this.#onAbort);
  }
}
