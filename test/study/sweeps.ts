/** Starts sweep.ts, as often as it is killed, and gives what is left behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StudyTrial } from "cifar-kit/study";
import { type Faults, writeFaults } from "./faults.ts";
import type { Sweep } from "./sweep.ts";

const PROGRAM = fileURLToPath(new URL("./sweep.ts", import.meta.url));

/** A study when it is over. */
export interface Swept {
  readonly trials: readonly StudyTrial[];
  /** By the trials' numbers; of one that was pruned there is none. */
  readonly hashes: Readonly<Record<string, string>>;
  /** Every step that was made, `trial epoch step`. */
  readonly steps: readonly string[];
  /** How often the program was started. */
  readonly starts: number;
}

/** Places for a study and for the notes of its trials. */
export function placesIn(root: string): { folder: string; notes: string } {
  const places = { folder: join(root, "study"), notes: join(root, "notes") };
  mkdirSync(places.notes, { recursive: true });
  return places;
}

/** Starts the program once. */
export function startSweep(root: string, sweep: Sweep): ChildProcess {
  const { folder, notes } = placesIn(root);
  return spawn(process.execPath, ["--import", "tsx", PROGRAM, folder, JSON.stringify(sweep)], {
    env: { ...process.env, STUDY_NOTES: notes },
  });
}

/** Runs a study to its end. @param meddle is given the program each time that it starts. */
export async function runSweep(
  root: string,
  sweep: Sweep,
  faults: Faults = {},
  meddle: (program: ChildProcess) => void = () => undefined,
): Promise<Swept> {
  const { notes } = placesIn(root);
  writeFaults(notes, faults);
  for (let starts = 1; ; starts++) {
    const program = startSweep(root, sweep);
    let [output, errors] = ["", ""];
    program.stdout!.on("data", (data: Buffer) => (output += data.toString()));
    program.stderr!.on("data", (data: Buffer) => (errors += data.toString()));
    meddle(program);
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      program.on("close", (...ending) => {
        resolve(ending);
      });
    });
    if (signal === "SIGKILL") continue;
    if (code !== 0) throw new Error(`the study ended with ${code ?? signal}: ${errors}`);
    const trials = JSON.parse(output.trim().split("\n").at(-1)!) as StudyTrial[];
    const lines = (name: string): string[] =>
      existsSync(join(notes, name))
        ? readFileSync(join(notes, name), "utf8").trim().split("\n")
        : [];
    const hashes = Object.fromEntries(
      lines("hashes.log").map((line) => line.split(" ") as [string, string]),
    );
    return { trials, hashes, steps: lines("steps.log"), starts };
  }
}
