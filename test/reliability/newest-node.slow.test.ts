import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import goldens from "../fixtures/reliability/state-hashes.json" with { type: "json" };

const SCRIPT = fileURLToPath(new URL("child-run.ts", import.meta.url));

describe("the newest Node, which npm's package node brings", () => {
  it.each(["1", "2"])("ends the small run with the golden state, with %s threads", (threads) => {
    const command = ["-y", "-p", "node@latest", "node", "--import", "tsx", SCRIPT, "-", threads];
    const { stdout, stderr } = spawnSync("npx", command, { encoding: "utf8" });
    expect(stdout.trim().split("\n").at(-1), stderr).toBe(goldens.smallRun);
  });
});
