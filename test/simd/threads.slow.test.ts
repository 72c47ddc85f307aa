/** Slow, and slowing what runs beside it: it takes every core. */
import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("gives the same bits while other processes keep every core busy", () => {
  const script = fileURLToPath(new URL("process.ts", import.meta.url));
  const hash = (): string =>
    spawnSync(process.execPath, ["--import", "tsx", script], { encoding: "utf8" }).stdout.split(
      " ",
    )[0];
  const alone = hash();
  const busy = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;);"]),
  );
  try {
    expect(alone).toMatch(/^[0-9a-f]+$/);
    expect(hash()).toBe(alone);
  } finally {
    for (const child of busy) child.kill();
  }
});
