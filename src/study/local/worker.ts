/**
 * The program of a process that runs one trial, once, and ends. `localProcesses` or a worker of a queue starts it and
 * tells it what to do by a message. What belongs to a trial, tensors and names of layers included, ends with it.
 */
import { messageOf } from "../../text/describe.ts";
import type { EpochReport, Outcome, Verdict } from "../engine.ts";
import { runTrial } from "../run-trial.ts";
import type { FromWorker, Task, ToWorker } from "./messages.ts";
import { type ClaimedPlace, claimPlace } from "./trial-place.ts";

/** A trial that does not stop though its program is gone is ended after so long. */
const PATIENCE_MS = 10_000;

const controller = new AbortController();
let answer: ((verdict: Verdict) => void) | undefined;

function tell(message: FromWorker): void {
  // Where nobody listens any more, the end of the connection has been noticed or will be.
  if (process.connected) process.send?.(message, () => undefined);
}

function end(outcome: Outcome): void {
  if (!process.connected) process.exit(1);
  process.send?.({ kind: "outcome", outcome } satisfies FromWorker, () => {
    process.exit(0);
  });
}

/**
 * Waits for the answer: what is not written down must not be saved as done, or nobody would ever say it again. If
 * the study's program is gone there is none, and the trial goes on from before.
 */
function report(epoch: EpochReport): Promise<Verdict> {
  if (!process.connected) process.exit(1);
  return new Promise((resolve) => {
    answer = resolve;
    tell({ kind: "report", report: epoch });
  });
}

async function run({ work, place }: Task): Promise<void> {
  let claimed: ClaimedPlace | undefined;
  try {
    claimed = await claimPlace(place, controller.signal);
  } catch (error) {
    end({ kind: "unsaved", error: messageOf(error) });
    return;
  }
  if (!claimed) {
    end({ kind: "stopped" });
    return;
  }
  const { store } = claimed;
  const outcome = await runTrial(work, { store, listener: report, signal: controller.signal });
  await claimed.release();
  end(outcome);
}

process.on("message", (message: ToWorker) => {
  if (message.kind === "verdict") {
    answer?.(message.verdict);
    answer = undefined;
  } else if (message.kind === "stop") controller.abort();
  else void run(message.task).catch(fail);
});

// Ctrl-C reaches all processes of a terminal, and SIGTERM all of a service: whether to stop is for the program to say
// that has started this one.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => undefined);

process.on("disconnect", () => {
  if (answer) process.exit(1);
  controller.abort();
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
});

// What nobody has awaited is a failure of the trial, too.
process.on("uncaughtException", fail);

function fail(error: unknown): void {
  console.error(error);
  end({ kind: "failed", error: messageOf(error) });
}
