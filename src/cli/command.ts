import type { ParseArgsConfig } from "node:util";
import type { TextSink } from "cifar-kit";

/** What `node:util`'s `parseArgs` gives for a command's options. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

/** Where a command prints. */
export interface Console {
  /** What was asked for. */
  readonly out: TextSink;
  /** What goes wrong, and progress where `out` is for a program to read. */
  readonly error: TextSink;
}

/** What the command line was made of. */
export interface Arguments {
  readonly values: Values;
  readonly positionals: readonly string[];
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly console: Console;
  /** The whole of it, as it was typed. */
  readonly line: string;
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
