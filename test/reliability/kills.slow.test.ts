import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { randomStream } from "cifar-kit";
import { startChild } from "./child.ts";

/** How often to kill; more by `CIFAR_KIT_KILLS=300`. */
const KILLS = Number(process.env.CIFAR_KIT_KILLS ?? 50);

const newFolder = (): string => mkdtempSync(join(tmpdir(), "cifar-kit-kills-"));

let hash = "";
/** Milliseconds from the first step to the end of a run that saves after every step. */
let duration = 0;

beforeAll(async () => {
  const { ended: plain } = startChild("-");
  hash = (await plain).lastLine;
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const folder = newFolder();
  const saving = startChild(folder);
  await saving.begun;
  const began = performance.now();
  expect(await saving.ended).toMatchObject({ code: 0, lastLine: hash });
  duration = performance.now() - began;
  rmSync(folder, { recursive: true });
}, 120_000);

describe("a process that is killed at random moments", () => {
  it(
    `ends with the bits of one that was not, after ${KILLS} kills`,
    { timeout: KILLS * 60_000 },
    async () => {
      const rng = randomStream(0, "moments of kills");
      let [killed, finished, tries] = [0, 0, 0];
      let folder = newFolder();
      while (killed < KILLS || tries > 0) {
        const child = startChild(folder);
        await child.begun;
        // Short enough that many runs are killed several times before they end.
        if (killed < KILLS) {
          await Promise.race([child.ended, sleep(rng.uniform() * duration * 0.7)]);
          child.process.kill("SIGKILL");
        }
        const ending = await child.ended;
        tries++;
        if (ending.signal === "SIGKILL") {
          killed++;
          continue;
        }
        expect(ending, ending.errors).toMatchObject({ code: 0, lastLine: hash });
        const names = readdirSync(folder);
        expect(names.every((name) => /^checkpoint-\d{8}\.ckpt$/.test(name))).toBe(true);
        rmSync(folder, { recursive: true });
        folder = newFolder();
        finished++;
        tries = 0;
      }
      rmSync(folder, { recursive: true });
      console.log(`${killed} kills, ${finished} runs ended, all with the state ${hash}`);
      expect(killed).toBe(KILLS);
      expect(finished).toBeGreaterThan(0);
    },
  );
});

describe("a process that is asked to end", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "by %s saves, exits with %i, and goes on with the same bits",
    { timeout: 120_000 },
    async (signal, code) => {
      const folder = newFolder();
      const child = startChild(folder);
      await child.halfway;
      child.process.kill(signal);
      expect(await child.ended).toMatchObject({ code, lastLine: `interrupted by ${signal}` });
      // The lock is gone, as after a regular end.
      expect(readdirSync(folder).every((name) => name.endsWith(".ckpt"))).toBe(true);
      expect(await startChild(folder).ended).toMatchObject({ code: 0, lastLine: hash });
      rmSync(folder, { recursive: true });
    },
  );

  it("twice ends at once, and goes on with the same bits", { timeout: 120_000 }, async () => {
    const folder = newFolder();
    const child = startChild(folder);
    await child.halfway;
    child.process.kill("SIGTERM");
    child.process.kill("SIGINT");
    expect([130, 143]).toContain((await child.ended).code);
    expect(await startChild(folder).ended).toMatchObject({ code: 0, lastLine: hash });
    rmSync(folder, { recursive: true });
  });
});

describe("a process that stands still for a while", () => {
  it("goes on as if nothing had been", { timeout: 120_000 }, async () => {
    const folder = newFolder();
    const child = startChild(folder);
    await child.halfway;
    child.process.kill("SIGSTOP");
    await sleep(5_000);
    const other = await startChild(folder).ended;
    expect(other.code).toBe(1);
    expect(other.errors).toMatch(/another run in process/);
    child.process.kill("SIGCONT");
    expect(await child.ended).toMatchObject({ code: 0, lastLine: hash });
    rmSync(folder, { recursive: true });
  });
});
