import { type ChildProcess, fork } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome, Work, WorkListener } from "../engine.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** The worker's program: among the sources it has a folder of its own. */
const PROGRAM = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./study-worker.js",
  import.meta.url,
);
/** A worker that was told to stop and does not is killed after so long: a save may take its time. */
const PATIENCE_MS = 60_000;

/** A process that runs a trial once. */
export class WorkerProcess {
  readonly #folder: string;
  readonly #execArgv: readonly string[];

  /** @param folder of the trial. */
  constructor(folder: string, execArgv: readonly string[]) {
    this.#folder = folder;
    this.#execArgv = execArgv;
  }

  /** Does a piece of work; resolves when the process is gone. */
  async run(work: Work, listener: WorkListener, signal: AbortSignal): Promise<Outcome> {
    const log = join(this.#folder, "output.log");
    const output = await open(log, "a");
    try {
      const child = fork(fileURLToPath(PROGRAM), {
        stdio: ["ignore", output.fd, output.fd, "ipc"],
        // Logs may hold NaN, of which JSON knows nothing.
        serialization: "advanced",
        execArgv: [...this.#execArgv],
      });
      return await this.#ending(child, work, { listener, signal, log });
    } finally {
      await output.close();
    }
  }

  #ending(
    child: ChildProcess,
    work: Work,
    { listener, signal, log }: { listener: WorkListener; signal: AbortSignal; log: string },
  ): Promise<Outcome> {
    const tell = (message: ToWorker): void => {
      // A process that has just ended hears nothing; that it has is noticed below.
      if (child.connected) child.send(message, () => undefined);
    };
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      tell({ kind: "stop" });
      killing = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    };
    return new Promise<Outcome>((resolve, reject) => {
      let outcome: Outcome | undefined;
      let heard: Promise<void> = Promise.resolve();
      child.on("message", (message: FromWorker) => {
        if (message.kind === "outcome") {
          outcome = message.outcome;
          return;
        }
        heard = heard.then(async () => {
          tell({ kind: "verdict", verdict: await listener(message.report) });
        });
      });
      child.on("error", (reason) => {
        // It could not be started. Other errors are followed by the end.
        if (child.pid === undefined) reject(reason);
      });
      child.on("close", (code, killer) => {
        const ended = killer === null ? `with exit code ${code}` : `by ${killer}`;
        const error = `its process was ended ${ended}; what it has printed is in ${log}`;
        void heard.then(() => {
          resolve(outcome ?? { kind: "lost", error, isKilled: isFromOutside(killer) });
        });
      });
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
      tell({ kind: "work", work, folder: this.#folder });
    }).finally(() => {
      clearTimeout(killing);
      signal.removeEventListener("abort", stop);
    });
  }
}

/** Whether somebody else has ended the process: it did not crash. */
function isFromOutside(killer: NodeJS.Signals | null): boolean {
  return killer !== null && ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"].includes(killer);
}
