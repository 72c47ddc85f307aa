/** The workers of a study in a queue as programs of their own, which a test may kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childrenOf } from "../helpers/children-of.ts";
import { placesIn } from "./sweeps.ts";

const CLI = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const TRIAL = fileURLToPath(new URL("./trials/network.ts", import.meta.url));

/** The first process of such a place cannot be stopped from there: that is a shell. */
const ELSEWHERE = [
  ...["unshare", "--pid", "--fork", "--kill-child"],
  ...["sh", "-c", '"$@"; exit $?', "sh"],
];

/** A program and what it has printed. */
export interface Program {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Asks it to end, or ends it with all that runs in its place. */
  readonly end: () => void;
  /** Its exit code, or the signal that has ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** How and where a worker runs. */
export interface WorkerPlace {
  /** In seconds; default 2, the fewer the sooner its trials go to others. */
  readonly patience?: number;
  readonly env?: Record<string, string>;
  /** With process numbers of its own, as on another machine: nobody here can ask whether it is gone. */
  readonly isElsewhere?: boolean;
  /** Before its command, e.g. what gives it another network. */
  readonly prefix?: readonly string[];
}

/** Starts `npx cifar-kit worker`. @param root of the study, for what its trials note. */
export function startWorker(
  root: string,
  {
    connection,
    trial = TRIAL,
    args = [],
    ...place
  }: WorkerPlace & { connection: string; trial?: string; args?: readonly string[] },
): Program {
  const { patience = 2, env, isElsewhere, prefix = [] } = place;
  const node = [process.execPath, "--import", "tsx", CLI, "worker", trial];
  const [command, ...rest] = [
    ...prefix,
    ...(isElsewhere ? ELSEWHERE : []),
    ...node,
    "--patience",
    String(patience),
  ];
  const child = spawn(command, [...rest, ...args], {
    env: {
      ...{ ...process.env, ...env },
      ...{ STUDY_NOTES: placesIn(root).notes, CIFAR_KIT_CONNECTION: connection },
    },
    stdio: ["ignore", "pipe", "pipe"],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
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
  const end = (): void => void child.kill(isElsewhere ? "SIGKILL" : "SIGTERM");
  return { process: child, output: () => output, end, ended };
}

/** A worker elsewhere that was stopped together with its trial. */
export class Sleeper {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  output(): string {
    return this.#program.output();
  }

  /** Lets its locks below a folder be as old as those of the dead. */
  looksDead(folder: string): void {
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (name.endsWith("lock.json")) utimesSync(join(folder, name), 0, 0);
    }
  }

  wakeTrial(): void {
    for (const trial of childrenOf(this.#worker)) process.kill(trial, "SIGCONT");
  }

  wakeWorker(): void {
    process.kill(this.#worker, "SIGCONT");
  }

  get #worker(): number {
    const [shell] = childrenOf(this.#program.process.pid!);
    return childrenOf(shell)[0];
  }
}
