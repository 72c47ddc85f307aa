import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { fileCheckpointStore } from "cifar-kit/node";
import { FolderLock } from "../../src/node/folder-lock.ts";
import { ownMark } from "../../src/node/process-mark.ts";
import { deadPid, temporaryOf } from "./leftovers.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const lockOf = (folder: string): string => join(folder, "lock.json");

/** Leaves the lock of somebody else, who counts processes as this one does unless it says otherwise. */
async function leaveLock(folder: string, holder: object): Promise<void> {
  const { space } = await ownMark();
  const lock = { started: "5", space, host: hostname(), token: "t", ...holder };
  writeFileSync(lockOf(folder), JSON.stringify(lock));
}

/** Makes the last sign of life of a lock older. */
function age(folder: string, seconds: number): void {
  const past = new Date(Date.now() - seconds * 1000);
  utimesSync(lockOf(folder), past, past);
}

describe("the lock of a folder", () => {
  it("is one run's at a time, also within a process, and nothing is left of it", async () => {
    const folder = newFolder();
    const lock = await FolderLock.take("test", folder);
    await expect(FolderLock.take("test", folder)).rejects.toThrow(
      `another run in process ${process.pid} on ${hostname()}`,
    );
    expect(await lock.loss()).toBeUndefined();
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await FolderLock.take("test", folder)).release();
  });

  it("is given to one of many who ask at once", async () => {
    const folder = newFolder();
    await leaveLock(folder, { pid: deadPid() });
    const asked = Array.from({ length: 20 }, () => FolderLock.take("test", folder));
    const results = await Promise.allSettled(asked);
    const taken = results.flatMap((r) => (r.status === "fulfilled" ? [r.value] : []));
    expect(taken).toHaveLength(1);
    expect(await taken[0].loss()).toBeUndefined();
    for (const lock of taken) await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["of a process that is gone", { pid: deadPid() }],
    ["of an earlier process with the number of one that runs", { pid: 1, started: "1x" }],
    ["of this process's number before it began", { pid: process.pid }],
  ])("%s is taken over", async (_, holder) => {
    const folder = newFolder();
    await leaveLock(folder, holder);
    const lock = await FolderLock.take("test", folder);
    expect(JSON.parse(readFileSync(lockOf(folder), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["of a container with this host's name", { pid: deadPid(), space: "another" }],
    ["of a process that does not know where it counts", { pid: deadPid(), space: undefined }],
    ["of a process whose beginning is hidden", { pid: 1, started: undefined }],
    ["of a machine", { pid: 1, host: "elsewhere", space: "another" }],
  ])("%s counts for two minutes after its last sign of life", async (_, holder) => {
    const folder = newFolder();
    await leaveLock(folder, holder);
    await expect(FolderLock.take("test", folder)).rejects.toThrow(/another run in .*delete/);
    age(folder, 110);
    await expect(FolderLock.take("test", folder)).rejects.toThrow(/another run in .*delete/);
    age(folder, 130);
    await (await FolderLock.take("test", folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("shows its signs of life by the file system's clock, whatever its own says", async () => {
    const folder = newFolder();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    try {
      vi.setSystemTime(Date.now() - 600_000);
      const lock = await FolderLock.take("test", folder);
      const past = new Date(Date.now() - 600_000);
      utimesSync(lockOf(folder), past, past);
      vi.advanceTimersByTime(15_000);
      const isBeating = (): boolean => statSync(lockOf(folder)).mtimeMs > past.getTime() + 300_000;
      await vi.waitFor(() => {
        expect(isBeating()).toBe(true);
      });
      await lock.release();
    } finally {
      vi.useRealTimers();
    }
  });

  it("is never written to by a holder who lost it", async () => {
    const folder = newFolder();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const lock = await FolderLock.take("test", folder);
      rmSync(lockOf(folder));
      await leaveLock(folder, { pid: 1 });
      const theirs = readFileSync(lockOf(folder), "utf8");
      vi.advanceTimersByTime(60_000);
      await lock.release();
      expect(readFileSync(lockOf(folder), "utf8")).toBe(theirs);
    } finally {
      vi.useRealTimers();
    }
  });

  it("that is no lock, since it was cut, is taken over", async () => {
    const folder = newFolder();
    for (const text of ["", "{", "null", "[]"]) {
      writeFileSync(lockOf(folder), text);
      await (await FolderLock.take("test", folder)).release();
    }
  });

  it("that is not complete counts while somebody may be at it", async () => {
    const folder = newFolder();
    writeFileSync(lockOf(folder), "{");
    const maker = await temporaryOf("lock.json.making", process.ppid, "");
    writeFileSync(join(folder, maker), "");
    await expect(FolderLock.take("test", folder)).rejects.toThrow(/got other runs/);
    rmSync(join(folder, maker));
    await (await FolderLock.take("test", folder)).release();
  });

  it("that is a folder or a pipe is an error, at once", async () => {
    const folder = newFolder();
    mkdirSync(lockOf(folder));
    await expect(fileCheckpointStore(folder).open()).rejects.toThrow(/EISDIR/);
    const other = newFolder();
    spawnSync("mkfifo", [lockOf(other)]);
    await expect(fileCheckpointStore(other).open()).rejects.toThrow(/ENOTFILE.* a pipe/);
  });

  it("that was deleted, or its folder, is told as that", async () => {
    const folder = newFolder();
    const store = await fileCheckpointStore(folder).open();
    rmSync(lockOf(folder));
    await expect(store.write("a", Uint8Array.of(1))).rejects.toThrow(
      /no lock.json any more: .*deleted it/,
    );
    rmSync(folder, { recursive: true });
    await expect(store.write("a", Uint8Array.of(1))).rejects.toThrow(
      /no such folder any more: somebody deleted or moved it; start the run again/,
    );
    await store.close();
    expect(existsSync(folder)).toBe(false);
  });

  it("that was taken away is noticed before the next save, and not given free for the other", async () => {
    const folder = newFolder();
    const store = await fileCheckpointStore(folder).open();
    await leaveLock(folder, { pid: 1, host: "elsewhere" });
    await expect(store.write("a", Uint8Array.of(1))).rejects.toThrow(/got another run in it/);
    await store.close();
    expect(existsSync(lockOf(folder))).toBe(true);
  });
});
