import { attempt } from "../../checks.ts";
import { like, type Reader } from "../../options.ts";

/** Where text goes: Node's `process.stdout`, or any object with its `write`. */
export interface TextSink {
  /** Prints `text` as it is, without a line break of its own; training waits for a promise. */
  write(text: string): unknown;
  /** Whether a line can be drawn over by writing `"\r"`, as on a terminal; default `false`. */
  readonly isTTY?: boolean;
  /** Characters in a line of the terminal; default 80. */
  readonly columns?: number;
}

/** Reads what can be written to; if left out, the standard output, or the console. */
export function textSink(): Reader<TextSink> {
  return like(isSink, "an object with a method write(text)", "pass e.g. process.stderr", {
    default: defaultSink(),
  });
}

const isSink = (value: unknown): value is TextSink =>
  typeof attempt(() => (value as Partial<TextSink> | null)?.write) === "function";

/** The standard output where there is one (Node, Deno, Bun), otherwise `console.log`. */
function defaultSink(): TextSink {
  const { process } = globalThis as { process?: { stdout?: Partial<TextSink> } };
  if (typeof process?.stdout?.write === "function") return process.stdout as TextSink;
  return {
    write: (text: string) => {
      console.log(text.replace(/\n$/, ""));
    },
  };
}
