import { type ChildProcess, fork } from "node:child_process";
import { type FileHandle, open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Outcome, WorkListener } from "../engine.ts";
import type { FromWorker, Task, ToWorker } from "./messages.ts";

/** The program of such a process: among the sources it has a folder of its own. */
const PROGRAM = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./study-worker.js",
  import.meta.url,
);
/** A process that was told to stop and does not is killed after so long: a save may take its time. */
const PATIENCE_MS = 60_000;

/** How such a process runs. */
export interface WorkerProcessOptions {
  /** Flags of Node. */
  readonly execArgv: readonly string[];
  /** The file that takes what it prints; default the console of this process. */
  readonly log?: string;
}

/** What ends a process before its time. */
export interface Ends {
  /** It is to save and stop. */
  readonly stop: AbortSignal;
  /** It is to be gone at once, and hears nothing more. */
  readonly kill?: AbortSignal;
}

/** A process that runs a trial once. */
export class WorkerProcess {
  readonly #options: WorkerProcessOptions;

  constructor(options: WorkerProcessOptions) {
    this.#options = options;
  }

  /** Does a piece of work; resolves when the process is gone. */
  async run(task: Task, listener: WorkListener, ends: Ends): Promise<Outcome> {
    const { log } = this.#options;
    const file = log === undefined ? undefined : await open(log, "a");
    try {
      return await this.#ending(this.#start(file), task, listener, ends);
    } finally {
      await file?.close();
    }
  }

  #start(file: FileHandle | undefined): ChildProcess {
    const output = file?.fd ?? "inherit";
    return fork(fileURLToPath(PROGRAM), {
      stdio: ["ignore", output, output, "ipc"],
      // Logs may hold NaN, of which JSON knows nothing.
      serialization: "advanced",
      execArgv: [...this.#options.execArgv],
    });
  }

  #ending(child: ChildProcess, task: Task, listener: WorkListener, ends: Ends): Promise<Outcome> {
    const tell = (message: ToWorker): void => {
      // A process that has just ended hears nothing; that it has is noticed below.
      if (child.connected && !ends.kill?.aborted) child.send(message, () => undefined);
    };
    let killing: NodeJS.Timeout | undefined;
    const kill = (): void => void child.kill("SIGKILL");
    const stop = (): void => {
      tell({ kind: "stop" });
      killing = setTimeout(kill, PATIENCE_MS);
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
        void heard.then(() => {
          resolve(outcome ?? this.#lost(code, killer));
        });
      });
      whenAborted(ends.kill, kill);
      whenAborted(ends.stop, stop);
      tell({ kind: "task", task });
    }).finally(() => {
      clearTimeout(killing);
      ends.stop.removeEventListener("abort", stop);
      ends.kill?.removeEventListener("abort", kill);
    });
  }

  #lost(code: number | null, killer: NodeJS.Signals | null): Outcome {
    const { log } = this.#options;
    const ended = killer === null ? `with exit code ${code}` : `by ${killer}`;
    const printed = log === undefined ? "" : `; what it has printed is in ${log}`;
    return {
      kind: "lost",
      error: `its process was ended ${ended}${printed}`,
      isKilled: isFromOutside(killer),
    };
  }
}

function whenAborted(signal: AbortSignal | undefined, action: () => void): void {
  if (signal?.aborted) action();
  else signal?.addEventListener("abort", action, { once: true });
}

/** Whether somebody else has ended the process: it did not crash. */
function isFromOutside(killer: NodeJS.Signals | null): boolean {
  return killer !== null && ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"].includes(killer);
}
