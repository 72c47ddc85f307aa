/** Programs of Debian's that tests start: installed if they are missing, as continuous integration's clean machine has it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Test files run side by side, and `apt-get` refuses to. */
const LOCK = join(tmpdir(), "cifar-kit-apt.lock");
const LONGEST_MS = 10 * 60_000;

/**
 * Installs packages unless `file` is there, which they bring. Needs root.
 * @example
 * await debian("/usr/bin/redis-server", "redis-server");
 */
export async function debian(file: string, ...packages: readonly string[]): Promise<void> {
  if (existsSync(file)) return;
  await whileLocked(() => {
    // Another one may have just done it.
    if (existsSync(file)) return;
    const apt = (...args: string[]): unknown =>
      execFileSync("apt-get", args, {
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
        stdio: ["ignore", "ignore", "inherit"],
      });
    apt("update", "-qq");
    apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
  });
}

async function whileLocked(action: () => void): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      const made = statSync(LOCK, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      // Its owner was killed.
      if (Date.now() - made > LONGEST_MS) rmdirSync(LOCK);
      else await sleep(500);
    }
  }
  try {
    action();
  } finally {
    rmdirSync(LOCK);
  }
}
