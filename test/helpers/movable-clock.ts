import { chmodSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { debian } from "./debian.ts";

const LIBRARY = "/usr/lib/{}/faketime/libfaketime.so.1";

/**
 * The clock of programs that are started with its environment, by libfaketime: what they take for the time of day. Time
 * that has passed, which timers count, and the times of files are not touched, as when somebody sets a clock.
 */
export class MovableClock {
  readonly env: Record<string, string>;
  readonly #file: string;

  private constructor(file: string, library: string) {
    this.#file = file;
    this.env = {
      ...{ LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1" },
      ...{ FAKETIME_DONT_FAKE_MONOTONIC: "1", NO_FAKE_STAT: "1" },
    };
    this.#set("+0");
  }

  /** @param folder and the one above it: opened for programs of any user. */
  static async make(folder: string, name: string): Promise<MovableClock> {
    await debian("/usr/bin/faketime", "faketime");
    chmodSync(dirname(folder), 0o755);
    chmodSync(folder, 0o755);
    const [machine] = readdirSync("/usr/lib").filter((one) => one.endsWith("-linux-gnu"));
    return new MovableClock(join(folder, name), LIBRARY.replace("{}", machine));
  }

  /** Moves it by an hour. */
  jump(direction: "forward" | "backward"): void {
    this.#set(direction === "forward" ? "+3600" : "-3600");
  }

  #set(offset: string): void {
    // Whoever reads it meanwhile finds the one or the other.
    writeFileSync(`${this.#file}.new`, `${offset}\n`, { mode: 0o644 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}
