import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileCheckpointStore } from "cifar-kit/node";
import { FolderLock } from "../../src/node/folder-lock.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const lockOf = (folder: string): string => join(folder, "lock.json");

/** Leaves the lock of somebody else. */
function leaveLock(folder: string, holder: object): void {
  writeFileSync(lockOf(folder), JSON.stringify({ started: null, token: "t", ...holder }));
}

/** The number of a process that has just ended. */
const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

describe("the lock of a folder", () => {
  it("is one run's at a time, also within a process, and nothing is left of it", async () => {
    const folder = newFolder();
    const lock = await FolderLock.take("test", folder);
    await expect(FolderLock.take("test", folder)).rejects.toThrow(
      `another run in process ${process.pid} on ${hostname()}`,
    );
    expect(await lock.isHeld()).toBe(true);
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await FolderLock.take("test", folder)).release();
  });

  it("is given to one of many who ask at once", async () => {
    const folder = newFolder();
    leaveLock(folder, { pid: deadPid(), host: hostname() });
    const asked = Array.from({ length: 20 }, () => FolderLock.take("test", folder));
    const results = await Promise.allSettled(asked);
    const taken = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    const held = await Promise.all(taken.map((lock) => lock.isHeld()));
    expect(held.filter(Boolean)).toHaveLength(1);
    for (const lock of taken) await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["of a process that is gone", { pid: deadPid(), host: hostname() }],
    [
      "of an earlier process with the number of one that runs",
      { pid: 1, host: hostname(), started: "1x" },
    ],
    [
      "of this process's number before the machine started anew",
      { pid: process.pid, host: hostname(), started: "5" },
    ],
  ])("%s is taken over", async (_, holder) => {
    const folder = newFolder();
    leaveLock(folder, holder);
    const lock = await FolderLock.take("test", folder);
    expect(JSON.parse(readFileSync(lockOf(folder), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it("that is no lock, since it was cut, is taken over", async () => {
    const folder = newFolder();
    for (const text of ["", "{", "null", "[]"]) {
      writeFileSync(lockOf(folder), text);
      await (await FolderLock.take("test", folder)).release();
    }
  });

  it("of another machine counts for two minutes after its last sign of life", async () => {
    const folder = newFolder();
    leaveLock(folder, { pid: 1, host: "elsewhere" });
    await expect(FolderLock.take("test", folder)).rejects.toThrow(/process 1 on elsewhere.*delete/);
    const past = new Date(Date.now() - 121_000);
    utimesSync(lockOf(folder), past, past);
    await (await FolderLock.take("test", folder)).release();
  });

  it("that was taken away is noticed before the next save, and not given free for the other", async () => {
    const folder = newFolder();
    const store = await fileCheckpointStore(folder).open();
    leaveLock(folder, { pid: 1, host: "elsewhere" });
    await expect(store.write("a", Uint8Array.of(1))).rejects.toThrow(/got another run in it/);
    await store.close();
    expect(existsSync(lockOf(folder))).toBe(true);
  });
});
