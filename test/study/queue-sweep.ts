/** A study in a queue and its workers as programs of their own, which a test may kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { placesIn } from "./sweeps.ts";

const CLI = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const TRIAL = fileURLToPath(new URL("./trials/network.ts", import.meta.url));

/** A program and what it has printed. */
export interface Program {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Its exit code, or the signal that has ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Starts `npx cifar-kit worker`. @param root of the study, for what its trials note. */
export function startWorker(
  root: string,
  { connection, trial = TRIAL, args = [] }: { connection: string; trial?: string; args?: string[] },
): Program {
  const { notes } = placesIn(root);
  return started([CLI, "worker", trial, "--patience", "2", ...args], {
    ...{ STUDY_NOTES: notes, CIFAR_KIT_CONNECTION: connection },
  });
}

/** Starts a program of TypeScript. */
export function started(args: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    cwd: join(fileURLToPath(import.meta.url), "../../.."),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => (output += data.toString()));
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on("close", (code, signal) => {
      resolve(code ?? signal!);
    });
  });
  return { process: child, output: () => output, ended };
}
