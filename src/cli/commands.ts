import type { Command } from "./command.ts";

/** A command in the list that `--help` prints. */
export interface Entry {
  /** In a few words. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands by their names. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  worker: {
    summary: "run trials of a study whose queue is on a server",
    load: async () => (await import("./worker.ts")).worker,
  },
};
