import { checkOneOf } from "../../checks.ts";
import { defaultSink, type TextSink } from "../console/text-sink.ts";
import { checkSink } from "../console/check-sink.ts";

/** Options of the callbacks that can say what they do. */
export interface AnnounceOptions {
  /** 1: print a line whenever the callback acts; default 0. */
  readonly verbose?: 0 | 1;
  /** Where the lines go; default the standard output, or the console where there is none. */
  readonly output?: TextSink;
}

/**
 * Prints one message of a callback; the run waits for a promise of the sink's. A message that begins
 * with a line break leaves the progress line, which may be open on a terminal; elsewhere that line
 * break is left out.
 */
export type Announce = (text: string) => Promise<void>;

/** What prints a callback's messages, or nothing at verbose 0. */
export function announcer(
  subject: string,
  { verbose = 0, output = defaultSink() }: AnnounceOptions,
): Announce {
  checkOneOf(subject, "verbose", verbose, [0, 1]);
  checkSink(subject, output);
  if (verbose === 0) return () => Promise.resolve();
  return async (text) => {
    await output.write(`${output.isTTY === true ? text : text.replace(/^\n/, "")}\n`);
  };
}
