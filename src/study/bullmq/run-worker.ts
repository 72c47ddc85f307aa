import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue, Worker } from "bullmq";
import { withOwnErrors } from "../../errors.ts";
import { warn } from "../../runtime/warn.ts";
import { printable } from "../../text/printable.ts";
import { JobRun } from "./job-run.ts";
import { isTrialData } from "./messages.ts";
import { moduleDigest } from "./module-digest.ts";
import { isAway, within } from "./patiently.ts";
import { connect, type Server, unreachable } from "./server.ts";
import { readWorkerOptions, type RunWorkerOptions, type WorkerSettings } from "./worker-options.ts";

const SUBJECT = "runWorker";
/** How often a job may be taken over before it counts as the reason: by default once, which a machine that is taken away exceeds. */
const MOST_TAKEOVERS = 100;
/** Between two attempts to reach a server that is away. */
const PAUSE_MS = 1_000;
/** How long to wait for connections to close. */
const CLOSE_MS = 2_000;

/**
 * Takes trials of a study out of its queue and runs them, each in a process of its own, until it is told to end. What
 * `npx cifar-kit worker` does. It may come and go at any time: when it is killed, its trials go to other workers after
 * `patience`, and go on from their checkpoints.
 *
 * A trial is answered after each epoch before it goes on. While the study's program is away, a trial waits there; a worker
 * without trials waits for some.
 * @returns when the signal is aborted, and what was under way has saved and is back in the queue.
 * @throws {ArgumentError} if an option is unknown or out of its range, or the study has another release of this
 *   package, another trial, or a trial that does not load here: its trials are left to other workers.
 * @throws {SourceError} if a package is missing, or the server or the place of the checkpoints cannot be used.
 * @example
 * await runWorker({
 *   trial: new URL("./trial.js", import.meta.url),
 *   connection: "redis://queue.example:6379",
 *   signal: interruptSignal(),
 * });
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const settings = readWorkerOptions(SUBJECT, options);
  const module = await moduleDigest(SUBJECT, settings.trial);
  const server = await connect(SUBJECT, settings.address);
  const queue = server.queue(settings.queue);
  queue.on("error", () => undefined);
  await withOwnErrors(
    () => queue.waitUntilReady(),
    (cause) => unreachable(SUBJECT, settings.address, cause),
  );
  // One that cannot go on ends the others.
  const end = new AbortController();
  const stop = (): void => {
    end.abort();
  };
  settings.signal?.addEventListener("abort", stop, { once: true });
  if (settings.signal?.aborted) stop();
  try {
    const slots = Array.from({ length: settings.trials }, (_, slot) =>
      serve({ settings, server, queue, module, slot, signal: end.signal }).finally(stop),
    );
    settings.output?.write(`waits for trials of ${settings.queue} at ${server.address.shown}\n`);
    const results = await Promise.allSettled(slots);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  } finally {
    settings.signal?.removeEventListener("abort", stop);
    await closed(queue);
  }
}

interface Slot {
  readonly settings: WorkerSettings;
  readonly server: Server;
  readonly queue: Queue;
  readonly module: string;
  readonly slot: number;
  readonly signal: AbortSignal;
}

/** Runs one trial after the other. */
async function serve({ settings, server, queue, module, slot, signal }: Slot): Promise<void> {
  const name = `${hostname()}-${process.pid}${slot > 0 ? `-${slot + 1}` : ""}`;
  const lockMs = 1000 * settings.patience;
  const worker = server.worker(settings.queue, {
    ...{ name, autorun: false, maxStalledCount: MOST_TAKEOVERS, lockDuration: lockMs },
    ...{ skipLockRenewal: true, stalledInterval: lockMs, drainDelay: 5 },
  });
  worker.on("error", () => undefined);
  // A worker that only waits for a job ends at once.
  let isIdle = true;
  const ended = new Promise<undefined>((resolve) => {
    const end = (): void => {
      resolve(undefined);
      if (isIdle) void closed(worker);
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
  try {
    await worker.startStalledCheckTimer();
    while (!signal.aborted) {
      const job = await next(worker, signal, ended);
      if (!job) continue;
      isIdle = false;
      if (isTrialData(job.data)) {
        const { number } = job.data.work;
        const say = (text: string): void => {
          settings.output?.write(printable(`trial ${number} ${text}`) + "\n");
        };
        say("runs");
        say(await new JobRun(job, { settings, queue, name, module, signal }).run());
      } else {
        await reject(job, settings.queue);
      }
      isIdle = true;
    }
  } finally {
    await closed(worker);
  }
}

/** The next job, if there is one in the next seconds. */
async function next(
  worker: Worker,
  signal: AbortSignal,
  ended: Promise<undefined>,
): Promise<Job | undefined> {
  try {
    // One that waits when its connection is closed may never come back.
    return await Promise.race([ended, worker.getNextJob(randomUUID())]);
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!isAway(error)) throw error;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    return undefined;
  }
}

async function reject(job: Job, queue: string): Promise<void> {
  warn(`the job ${job.id} in ${queue} is no trial of this release: it counts as failed.`);
  await job.moveToFailed(new Error("no trial of cifar-kit"), job.token!, false);
}

/** Closes a connection, or drops it. */
async function closed(connection: Worker | Queue): Promise<void> {
  const close = (): Promise<void> =>
    "getNextJob" in connection ? connection.close(true) : connection.close();
  await within(CLOSE_MS, close).catch(() => connection.disconnect().catch(() => undefined));
}
