import { check, checkBoolean, checkOptions, describe } from "../../checks.ts";
import { formatFloat } from "../../metrics/format-number.ts";
import type { Callback, Logs } from "../callback.ts";
import { stateKey } from "./state-key.ts";

/** Takes the text of a file, piece by piece; the run waits for a promise. */
export type TextWriter = (text: string) => unknown;

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  /** What stands between two values; default `","`. */
  readonly separator?: string;
  /** Whether the text goes on from an earlier one, and so needs no head; default false. */
  readonly append?: boolean;
}

/** A type, not an interface, so that it counts as a dictionary of values. */
type CsvState = {
  readonly keys: readonly string[] | null;
  readonly needsHead: boolean;
};

/**
 * Writes the logs of every epoch as a line of CSV, as Keras's `CSVLogger` does: `epoch`, counted from
 * 0, then the keys of the first epoch in alphabetical order, and a head once. Without validation
 * values in the first epoch, columns for them are added nevertheless; a missing value is `NA`.
 * @param write gets every line as soon as it is due, e.g. `(text) => appendFile("log.csv", text)`.
 * @throws {ArgumentError} if `write` is not a function, or an option is unknown or wrong.
 */
export function csvLogger(write: TextWriter, options: CsvLoggerOptions = {}): Callback {
  const subject = "csvLogger";
  check(
    typeof write === "function",
    subject,
    "write to be a function that takes text",
    describe(write),
    'pass e.g. (text) => appendFile("log.csv", text)',
  );
  checkOptions(subject, options, ["separator", "append"]);
  const { separator = ",", append = false } = options;
  check(
    typeof separator === "string" && /^[^"\r\n]$/u.test(separator),
    subject,
    "separator to be one character",
    describe(separator),
    'pass e.g. ";"',
  );
  checkBoolean(subject, "append", append);

  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => quote(cell, separator)).join(separator)}\r\n`;
  let keys: readonly string[] | undefined;
  let needsHead = !append;
  return {
    stateKey: stateKey("csvLogger", options),
    onTrainBegin(): void {
      keys = undefined;
    },
    getState(): CsvState {
      return { keys: keys ?? null, needsHead };
    },
    setState(state: CsvState): void {
      keys = state.keys ?? undefined;
      ({ needsHead } = state);
    },
    async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
      keys ??= columns(logs);
      const values = keys.map((key) => (key in logs ? formatFloat(logs[key]) : "NA"));
      const head = needsHead ? line(["epoch", ...keys]) : "";
      needsHead = false;
      await write(head + line([String(epoch), ...values]));
    },
  };
}

function columns(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  const hasValidation = keys.some((key) => key.startsWith("val_"));
  return hasValidation ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}

function quote(cell: string, separator: string): string {
  const isPlain = !cell.includes(separator) && !/["\r\n]/.test(cell);
  return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
}
