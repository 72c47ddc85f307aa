import { oneOf, type Settled } from "../../options.ts";
import { textSink, type TextSink } from "../console/text-sink.ts";

/** Options of the callbacks that can say what they do. */
export interface AnnounceOptions {
  /** 1: print a line whenever the callback acts; default 0. */
  readonly verbose?: 0 | 1;
  /** Where the lines go; default the standard output, or the console where there is none. */
  readonly output?: TextSink;
}

/** The readers of {@link AnnounceOptions}. */
export const announceOptions = () => ({
  verbose: oneOf([0, 1], { default: 0 }),
  output: textSink(),
});

/**
 * Prints one message of a callback; the run waits for a promise of the sink's. A message that begins
 * with a line break leaves the progress line, which may be open on a terminal; elsewhere that line
 * break is left out.
 */
type Announce = (text: string) => Promise<void>;

/** What prints a callback's messages, or nothing at verbose 0. */
export function announcer({
  verbose,
  output,
}: Settled<ReturnType<typeof announceOptions>>): Announce {
  if (verbose === 0) return () => Promise.resolve();
  return async (text) => {
    await output.write(`${output.isTTY === true ? text : text.replace(/^\n/, "")}\n`);
  };
}
