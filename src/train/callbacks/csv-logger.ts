import { isText } from "../../checks.ts";
import { func, like, readOptions } from "../../options.ts";
import { shared } from "../../brand.ts";
import { warn } from "../../runtime/warn.ts";
import { csvLine, csvTail, endOfLine } from "./csv-text.ts";
import { formatFloat } from "../../text/format-number.ts";
import type { Callback, CallbackState } from "../callback.ts";
import { flag, list, nullable, string } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { stateKey } from "./state-key.ts";
import { stateReader } from "./state-reader.ts";

const SUBJECT = "csvLogger";

/** Takes the text of a file, piece by piece; the run waits for a promise. */
export type TextWriter = (text: string) => unknown;

/** Options of {@link csvLogger}. */
export interface CsvLoggerOptions {
  /** What stands between two values; default `","`. */
  readonly separator?: string;
  /**
   * To go on in a file that may be there already: gives its text, `""` if there is none, e.g.
   * `() => readFile("log.csv", "utf8").catch(() => "")`. Asked once, before the first epoch. `true`
   * goes on behind what this very `write` got from an earlier logger, and begins with a head if it got
   * none. Default false: the text begins anew.
   */
  readonly append?: boolean | (() => string | Promise<string>);
}

/** The columns of the head that a writer got last. */
const headOf = /* @__PURE__ */ shared("csv", () => new WeakMap<TextWriter, readonly string[]>());

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  keys: /* @__PURE__ */ nullable(/* @__PURE__ */ list(string)),
  needsHead: flag,
});

/**
 * Writes the logs of every epoch as a line of CSV, as Keras's `CSVLogger` does: `epoch`, counted from
 * 0, then the keys of the first epoch in alphabetical order, and a head once. Without validation
 * values in the first epoch, columns for them are added nevertheless; a missing value is `NA`.
 *
 * With `append` an empty text gets a head, too, one that was cut short is completed, and a line that
 * was cut short is ended. Behind a whole head its columns hold: what they have no place for is left
 * out, and the console says so once.
 * @param write gets every line as soon as it is due, e.g. `(text) => appendFile("log.csv", text)`.
 * @throws {ArgumentError} if `write` is not a function, or an option is unknown or wrong.
 * @throws {DataError} before the first epoch, if the text of `append` does not begin as such a log.
 */
export function csvLogger(write: TextWriter, options: CsvLoggerOptions = {}): Callback {
  func('pass e.g. (text) => appendFile("log.csv", text)')(write, SUBJECT, "write");
  const { separator, append } = readOptions(SUBJECT, options, {
    separator: like(isCharacter, "one character", 'pass e.g. ";"', { default: "," }),
    append: like(
      isAppend,
      "a function that gives the text which is there already, or a boolean",
      'pass e.g. () => readFile("log.csv", "utf8").catch(() => ""), or leave it out to begin anew',
      { default: false },
    ),
  });

  /** The columns behind `epoch`, from the head on. */
  let keys: readonly string[] | undefined;
  let needsHead = true;
  /** The line that was cut short before this callback wrote. */
  let cut = "";
  let hasBegun = false;
  let hasWarned = false;

  const warnOfLoss = (logs: Logs, columns: readonly string[]): void => {
    const lost = Object.keys(logs).filter((key) => !columns.includes(key));
    if (lost.length === 0 || hasWarned) return;
    hasWarned = true;
    warn(
      `${SUBJECT}: the columns of the first line have no place for ${lost.join(", ")}. ` +
        "Write to another file to keep them.",
    );
  };

  return {
    stateKey: stateKey(SUBJECT, options),
    async onTrainBegin(): Promise<void> {
      if (!append || hasBegun) return;
      if (append === true) keys = headOf.get(write);
      else ({ keys, cut } = csvTail(SUBJECT, await append(), separator));
      needsHead = keys === undefined;
      hasBegun = true;
    },
    getState(): ReturnType<typeof readState> {
      return { keys: keys ?? null, needsHead };
    },
    setState(saved: CallbackState): void {
      const state = readState(saved);
      keys ??= state.keys ?? undefined;
      // The file itself knows better.
      if (typeof append === "boolean") ({ needsHead } = state);
    },
    async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
      keys ??= columnsOf(logs);
      warnOfLoss(logs, keys);
      const head = needsHead ? csvLine(["epoch", ...keys], separator) : "";
      // A head that was cut short is completed, any other line ended.
      const start = head.startsWith(cut) ? head.slice(cut.length) : endOfLine(cut) + head;
      const values = keys.map((key) => (Object.hasOwn(logs, key) ? formatFloat(logs[key]) : "NA"));
      await write(start + csvLine([String(epoch), ...values], separator));
      if (needsHead) headOf.set(write, keys);
      needsHead = false;
      cut = "";
    },
  };
}

const isCharacter = (value: unknown): value is string => isText(value) && /^[^"\r\n]$/u.test(value);

const isAppend = (value: unknown): value is NonNullable<CsvLoggerOptions["append"]> =>
  typeof value === "boolean" || typeof value === "function";

function columnsOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  const hasValidation = keys.some((key) => key.startsWith("val_"));
  return hasValidation ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}
