import { run } from "../../src/cli/run.ts";

/** A signal that never comes: each real one would have the process listen once more. */
const never = new AbortController().signal;

/** What a command line prints, and its exit code. */
export async function called(
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  return calledWith(never, ...args);
}

/** The same with a signal that may end it, or a text on which `hear` acts. */
export async function calledWith(
  signal: AbortSignal,
  ...args: string[]
): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ["", ""];
  const code = await run(
    args,
    {
      out: { write: (text) => (out += text) },
      error: { write: (text) => (error += text) },
    },
    () => signal,
  );
  return { code, out, error };
}
