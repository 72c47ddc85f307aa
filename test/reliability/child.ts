/** Processes that train the small run, to be interrupted from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("child-run.ts", import.meta.url));

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line that it printed: a hash if it came to its end. */
  readonly lastLine: string;
  readonly errors: string;
}

/** A process that trains. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves when the process is about to begin or go on. */
  readonly begun: Promise<void>;
  /** Resolves when it is in the middle of its run, whatever the speed of the machine. */
  readonly halfway: Promise<void>;
  readonly ended: Promise<Ending>;
}

/** Starts one; its checkpoints lie in `folder`. */
export function startChild(folder: string, ...args: string[]): Child {
  const child = spawn(process.execPath, ["--import", "tsx", SCRIPT, folder, ...args]);
  let output = "";
  let errors = "";
  child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const printed = (line: string): Promise<void> =>
    new Promise<void>((resolve) => {
      child.stdout.on("data", () => {
        if (output.includes(`${line}\n`)) resolve();
      });
      child.on("close", () => {
        resolve();
      });
    });
  const ended = new Promise<Ending>((resolve) => {
    child.on("close", (code, signal) => {
      resolve({ code, signal, errors, lastLine: output.trim().split("\n").at(-1) ?? "" });
    });
  });
  return { process: child, begun: printed("go"), halfway: printed("halfway"), ended };
}
