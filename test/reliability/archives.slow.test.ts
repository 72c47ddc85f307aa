import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { IGNORED, REFUSED, REFUSED_GZIP, WANTED, withIgnored } from "../node/hostile-archives.ts";

interface Outcome {
  ends: { path: string; end: string; ms: number }[];
  peakBytes: number;
}

/** Reads archives in a process of their own, in a folder of their own. */
function outcome(paths: readonly string[], cwd: string): Outcome {
  const program = fileURLToPath(new URL("read-archives.ts", import.meta.url));
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  const args = ["--import", tsx, program, JSON.stringify([...WANTED]), ...paths];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Outcome;
}

it("hostile archives write nothing, take no time and no memory", () => {
  const folder = mkdtempSync(join(tmpdir(), "cifar-kit-archives-"));
  const cwd = join(folder, "inside", "here");
  mkdirSync(cwd, { recursive: true });
  const written: string[] = [];
  const write = (bytes: Uint8Array): string => {
    const name = `${written.length}.tgz`;
    written.push(name);
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const refused = [
    ...REFUSED.map(([, archive]) => write(gzipSync(archive, { level: 1 }))),
    ...REFUSED_GZIP.map(([, file]) => write(file)),
  ];
  const ignored = IGNORED.map((name) => write(gzipSync(withIgnored(name))));
  const { ends, peakBytes } = outcome([...refused, ...ignored], cwd);
  expect(ends.map(({ end }) => end)).toEqual([
    ...refused.map(() => "refused"),
    ...ignored.map(() => "read"),
  ]);
  console.log(
    `${ends.length} archives, slowest ${Math.max(...ends.map(({ ms }) => ms)).toFixed(0)} ms, ` +
      `peak ${(peakBytes / 1e6).toFixed(0)} MB`,
  );
  // The process itself, with Node and the compiler of TypeScript in it, is most of that.
  expect(peakBytes).toBeLessThan(250e6);
  for (const { ms } of ends) expect(ms).toBeLessThan(1000);
  expect(readdirSync(folder).sort()).toEqual([...written, "inside"].sort());
  expect(readdirSync(cwd)).toEqual([]);
  rmSync(folder, { recursive: true });
});
