/** What holds for sequences of saves that are killed; the files that try it mock the file system. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Rng } from "../../src/random/rng.ts";
import { type Fate, simulate, Turns } from "../helpers/simulated-processes.ts";
import type { Saver } from "./saves.ts";

/** A call before which a save is killed, and whether it has written half of something by then. */
export interface Kill {
  readonly killAt: number;
  readonly half: boolean;
}

/** How many calls of the file system a save in place of another one takes. */
export async function callsOf(saver: Saver): Promise<number> {
  return inFolder(async (folder) => {
    await simulate(() => saver.save(folder, 1));
    return (await simulate(() => saver.save(folder, 2))).calls;
  });
}

/** Three kills at calls that a stream draws. */
export function drawKills(rng: Rng, calls: number): Kill[] {
  const draw = (): Kill => ({ killAt: 1 + rng.integer(calls), half: rng.integer(2) === 0 });
  return [draw(), draw(), draw()];
}

/** Saves, is killed while saving again and again, and saves at last: each time something is there. */
export async function trySequence(saver: Saver, kills: readonly Kill[]): Promise<void> {
  await inFolder(async (folder) => {
    await finish(saver, folder, 0);
    let earlier = 0;
    for (const [i, kill] of kills.entries()) {
      const { result, error } = await simulate(() => saver.save(folder, i + 1), kill);
      expect(result, String(error)).not.toBe("failed");
      const found = await load(saver, folder);
      expect([earlier, i + 1]).toContain(found);
      if (result === "finished") expect(found).toBe(i + 1);
      earlier = found;
    }
    await finish(saver, folder, kills.length + 1);
    expect(await load(saver, folder)).toBe(kills.length + 1);
    expectNothingElse(saver, folder);
  });
}

/** Saves from several processes at once, some of which are killed: something whole is there, always. */
export async function tryOverlap(saver: Saver, rng: Rng, count: number): Promise<void> {
  await inFolder(async (folder) => {
    await finish(saver, folder, 0);
    // Some save what is there already, or what another one saves.
    const states = Array.from({ length: count }, () => rng.integer(3));
    const turns = new Turns(rng);
    const processes = states.map((state) => {
      const killAt = rng.integer(2) === 0 ? Infinity : 1 + rng.integer(60);
      return simulate(() => saver.save(folder, state), {
        killAt,
        half: rng.integer(2) === 0,
        turns,
      });
    });
    const fates = await turns.run(processes);
    for (const { error } of fates) expect(error).toBeUndefined();
    expect([0, ...states]).toContain(await load(saver, folder));
    // Twice: whoever is alone clears away.
    await finish(saver, folder, 7);
    expect(await load(saver, folder)).toBe(7);
    expectNothingElse(saver, folder);
  });
}

async function load(saver: Saver, folder: string): Promise<number> {
  let found = NaN;
  const { error } = await simulate(async () => {
    found = await saver.load(folder);
  });
  if (error) throw error as Error;
  return found;
}

async function finish(saver: Saver, folder: string, state: number): Promise<Fate> {
  const fate = await simulate(() => saver.save(folder, state));
  expect(fate).toMatchObject({ result: "finished" });
  return fate;
}

function expectNothingElse(saver: Saver, folder: string): void {
  const names = readdirSync(folder);
  expect(names.filter((name) => !saver.files.test(name))).toEqual([]);
  expect(names).toHaveLength(saver.count);
}

async function inFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cifar-kit-saves-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
