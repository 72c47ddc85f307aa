import type { Command } from "./command.ts";

/** A command in the list that `--help` prints. */
export interface Entry {
  /** In a few words. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands by their names. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  train: {
    summary: "train a network on a folder of pictures, or on CIFAR-10",
    load: async () => (await import("./train.ts")).train,
  },
  evaluate: {
    summary: "measure a model on pictures whose classes are known",
    load: async () => (await import("./evaluate.ts")).evaluate,
  },
  classify: {
    summary: "say what is in pictures",
    load: async () => (await import("./classify.ts")).classify,
  },
  export: {
    summary: "write a model in another format",
    load: async () => (await import("./export.ts")).exportModel,
  },
  worker: {
    summary: "run trials of a study whose queue is on a server",
    load: async () => (await import("./worker.ts")).worker,
  },
};
