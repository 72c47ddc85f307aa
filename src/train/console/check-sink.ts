import { attempt, check, describe } from "../../checks.ts";
import type { TextSink } from "./text-sink.ts";

/** Throws unless `output` can be written to. */
export function checkSink(subject: string, output: unknown): asserts output is TextSink {
  check(
    typeof attempt(() => (output as Partial<TextSink> | null)?.write) === "function",
    subject,
    "output to have a method write(text)",
    describe(output),
    "pass e.g. process.stderr",
  );
}
