/** A study whose processes are killed at random moments, again and again. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { randomStream } from "cifar-kit";
import { childrenOf } from "../helpers/children-of.ts";
import { runSweep } from "./sweeps.ts";

/** How often to kill; more by `CIFAR_KIT_KILLS=300`. */
const KILLS = Number(process.env.CIFAR_KIT_KILLS ?? 20);

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    // It has just ended.
    return undefined;
  }
}

it.each([
  [KILLS, { workers: 2, trials: 4 }],
  // One worker, since with more of them it matters to a pruner who comes first.
  [Math.ceil(KILLS / 2), { workers: 1, trials: 4, rungs: [1, 3], reduction: 2 }],
])(
  "ends with the trials of one that was left alone, after %i kills: %o",
  { timeout: KILLS * 120_000 },
  async (most, sweep) => {
    const root = mkdtempSync(join(tmpdir(), "cifar-kit-kills-"));
    const began = performance.now();
    const undisturbed = await runSweep(join(root, "undisturbed"), sweep);
    const duration = performance.now() - began;
    const rng = randomStream(0, "kills of studies");
    let kills = 0;

    /** Kills the program or one of its workers after a while, as long as it runs. */
    async function meddle(program: ChildProcess): Promise<void> {
      while (program.exitCode === null && program.signalCode === null && kills < most) {
        await sleep((rng.uniform() * duration) / 3);
        const workers = childrenOf(program.pid!);
        const victim =
          rng.uniform() < 0.5 ? program.pid! : workers[rng.integer(workers.length || 1)];
        if (program.exitCode !== null || program.signalCode !== null) return;
        if (victim === undefined) continue;
        kills++;
        attempt(() => process.kill(victim, "SIGKILL"));
      }
    }

    for (let round = 0; kills < most; round++) {
      const folder = join(root, String(round));
      const swept = await runSweep(folder, sweep, {}, (program) => void meddle(program));
      expect(swept.trials).toEqual(undisturbed.trials);
      expect(swept.hashes).toEqual(undisturbed.hashes);
      expect(new Set(swept.steps)).toEqual(new Set(undisturbed.steps));
    }
    console.log(`${kills} kills, all trials with the bits of those that were left alone`);
    rmSync(root, { recursive: true });
  },
);
