/** Programs that are asked for measurements, one line at a time (peers/serve.py). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The interpreter that has the packages of peers/requirements.txt, or some of them. */
export const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

/** A running program. */
export interface Peer {
  readonly version: string;
  readonly modes: readonly string[];
  /** Milliseconds a step in each of these modes. */
  readonly ask: (modes: readonly string[]) => Promise<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

const missing = new Set<string>();

/** Starts a program; null where it cannot run here, which is said once. */
export async function startPeer(command: string, args: readonly string[]): Promise<Peer | null> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  let trouble = "";
  child.on("error", (error) => (trouble = error.message));
  child.stderr.on("data", (text) => (trouble = `${trouble}${String(text)}`.slice(-2000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const line: IteratorResult<string, unknown> = await lines.next();
    return line.done ? null : JSON.parse(line.value);
  };
  const hello = (await read()) as Pick<Peer, "version" | "modes"> | null;
  if (hello === null) {
    const reason = trouble.trim().split("\n").at(-1) ?? "";
    if (!missing.has(reason)) {
      console.warn(`Left out: ${reason} (${command}; see test/bench/peers/requirements.txt)`);
    }
    missing.add(reason);
    return null;
  }
  return {
    ...hello,
    ask: async (modes) => {
      child.stdin.write(`${JSON.stringify(modes)}\n`);
      const answer = (await read()) as { ms: Record<string, number> } | null;
      if (answer === null) throw new Error(`${hello.version} ended:\n${trouble}`);
      return answer.ms;
    },
    stop: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
