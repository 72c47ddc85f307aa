import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ownMark } from "../../src/node/process-mark.ts";
import { deadPid } from "../node/leftovers.ts";

const SCRIPT = fileURLToPath(new URL("lock-child.ts", import.meta.url));

/** Sends a message and gives the answer. */
async function ask(child: ChildProcess, message: string | null): Promise<unknown> {
  const answer = once(child, "message");
  child.send(message as string);
  return (await answer)[0] as unknown;
}

describe.each(["links", "no-links"])("several processes that find one dead lock (%s)", (disk) => {
  it("at once: one of them gets it, and nothing is left when it gives it up", async () => {
    const children = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const child = fork(SCRIPT, [disk], { execArgv: ["--import", "tsx"] });
        await once(child, "message");
        return child;
      }),
    );
    const [pid, { space }] = [deadPid(), await ownMark()];
    try {
      for (let round = 0; round < 360; round++) {
        const folder = mkdtempSync(join(tmpdir(), "cifar-kit-locks-"));
        const dead = { pid, started: "5", space, host: "here", token: String(round) };
        // Now and then one that was cut, or none.
        const lock = round % 12 === 0 ? "" : JSON.stringify(dead);
        if (round % 12 !== 1) writeFileSync(join(folder, "lock.json"), lock);
        const asked = children.slice(0, 3 + (round % 6));
        const answers = await Promise.all(asked.map((child) => ask(child, folder)));
        expect(
          answers.filter((answer) => answer === "won"),
          `round ${round}`,
        ).toHaveLength(1);
        const winner = asked[answers.indexOf("won")];
        const holder = JSON.parse(readFileSync(join(folder, "lock.json"), "utf8")) as {
          pid: number;
        };
        expect(holder.pid).toBe(winner.pid);
        await ask(winner, null);
        expect(readdirSync(folder)).toEqual([]);
        rmSync(folder, { recursive: true });
      }
    } finally {
      for (const child of children) child.kill();
    }
  });
});
