import type { ParseArgsConfig } from "node:util";

/** What `node:util`'s `parseArgs` gives for a command's options. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** What the command line was made of. */
export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A command: a file of its own, loaded when it is called. */
export interface Command {
  /** What `--help` prints: how it is called, its options, examples. */
  readonly help: string;
  /** Its options, for `parseArgs`; `help` is added to them. */
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /**
   * Does it.
   * @throws {UsageError} if the arguments make no sense.
   */
  readonly run: (args: Arguments) => Promise<void>;
}

/** Arguments that make no sense: the message and where to find help are printed, the exit code is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
