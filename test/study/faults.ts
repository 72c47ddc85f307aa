/** What befalls a study in named steps of its trials: so no test waits on a clock. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * - `"kill trial"`: SIGKILL for the trial's process; `"kill parent"`: for the one that has started it, which is the
 *   study's program, or a worker of a queue; `"kill study"`: for the study's program, wherever the trial runs.
 * - `"stop"`: SIGSTOP for the parent and the trial.
 * - `"wait"`: nothing, but the trial waits there until it is `released`.
 */
export type Fault = "kill trial" | "kill parent" | "kill study" | "stop" | "wait";

/** By steps: `"2 0 3"` is trial 2, epoch 0, step 3; `"2 0 end"` the end of an epoch. */
export type Faults = Readonly<Record<string, Fault>>;

const FAULTS = "faults.json";
const PROGRAM = "study.pid";
const hasBeen = (place: string): string => `has been ${place}`;

/** Says what is to befall the trials that note down in this folder. */
export const writeFaults = (notes: string, faults: Faults): void => {
  writeFileSync(join(notes, FAULTS), JSON.stringify(faults));
};

/** The study's program says that it is this process. */
export const writeProgram = (notes: string): void => {
  writeFileSync(join(notes, PROGRAM), String(process.pid));
};

/** In a trial: suffers what is to happen here, the first time that it comes by. */
export async function suffer(notes: string, place: string): Promise<void> {
  if (!existsSync(join(notes, FAULTS))) return;
  const faults = JSON.parse(readFileSync(join(notes, FAULTS), "utf8")) as Faults;
  const path = join(notes, hasBeen(place));
  if (!Object.hasOwn(faults, place) || existsSync(path) || !process.connected) return;
  writeFileSync(path, "");
  switch (faults[place]) {
    case "kill trial":
      process.kill(process.pid, "SIGKILL");
      break;
    case "kill parent":
      process.kill(process.ppid, "SIGKILL");
      // Whoever adopts the trial must not be taken for its parent in the next step.
      await until(() => !process.connected);
      break;
    case "kill study":
      process.kill(Number(readFileSync(join(notes, PROGRAM), "utf8")), "SIGKILL");
      break;
    case "stop":
      process.kill(process.ppid, "SIGSTOP");
      process.kill(process.pid, "SIGSTOP");
      break;
    case "wait":
      await until(() => existsSync(join(notes, released(place))));
  }
}

/** Whether a trial has come to a place where something was to befall it. */
export const isReached = (notes: string, place: string): boolean =>
  existsSync(join(notes, hasBeen(place)));

/** Lets a trial go on that waits. */
export const release = (notes: string, place: string): void => {
  writeFileSync(join(notes, released(place)), "");
};

const released = (place: string): string => `released ${place}`;

/** Resolves when something has come true. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(20);
}
