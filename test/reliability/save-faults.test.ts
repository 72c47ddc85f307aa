import { type fsync as fsyncOf, readdirSync, rmSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { sampleCheckpoint } from "../train/checkpoint/forge.ts";
import { openRun } from "./saves.ts";

/** What goes wrong at the call of that number, counted from 1. */
interface Fault {
  readonly call: number;
  /** An error's code; a write of half the bytes; or the end of the process: nothing works any more. */
  readonly kind: string;
}

const faults = vi.hoisted(() => ({
  calls: 0,
  log: [] as string[],
  fault: undefined as Fault | undefined,
}));

/** Every call of the file system passes here first. */
async function visit<T>(
  name: string,
  call: () => Promise<T>,
  half: () => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const { fault } = faults;
  if (fault === undefined) return call();
  faults.calls++;
  faults.log.push(name);
  const fail = (code: string): Error => Object.assign(new Error(`${code}: ${name}`), { code });
  if (fault.kind === "crash" && faults.calls >= fault.call) throw fail("ECRASH");
  if (faults.calls !== fault.call) return call();
  if (fault.kind === "short write") {
    await half();
    throw fail("EIO");
  }
  throw fail(fault.kind);
}

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const wrapped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(original)) {
    wrapped[name] =
      typeof value === "function"
        ? (...args: unknown[]) => visit(name, async () => wrapHandle(await value(...args)))
        : value;
  }
  return { ...wrapped, default: wrapped };
});

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<{ fsync: typeof fsyncOf }>();
  const fsync = (fd: number, done: (error: unknown) => void): void => {
    visit("sync", () => promisify(original.fsync)(fd)).then(() => {
      done(null);
    }, done);
  };
  const wrapped = { ...original, fsync };
  return { ...wrapped, default: wrapped };
});

/** An open file whose calls are visited too. */
function wrapHandle(result: unknown): unknown {
  if (typeof (result as Partial<FileHandle> | undefined)?.sync !== "function") return result;
  const handle = result as FileHandle;
  return {
    fd: handle.fd,
    stat: () => visit("stat", () => handle.stat()),
    readFile: () => visit("read", () => handle.readFile()),
    writeFile: (data: Uint8Array) =>
      visit(
        "write",
        () => handle.writeFile(data),
        () => handle.writeFile(data.subarray(0, data.length >> 1)),
      ),
    close: async () => {
      // A close that fails closes nevertheless, as the end of a process does.
      const closed = handle.close();
      await visit("close", () => closed);
      await closed;
    },
  };
}

const newFolder = temporaryFolders();
const ERRORS = ["EIO", "ENOSPC", "EACCES", "EROFS", "EMFILE", "short write", "crash"];

const state = (steps: number): ReturnType<typeof sampleCheckpoint> => ({
  ...sampleCheckpoint(),
  manifest: {},
  steps,
});

/** Saves the states 1, 2 and 3, the last one with a fault; gives what became of it. */
async function saveThree(folder: string, fault: Fault): Promise<"saved" | "failed"> {
  const checkpoints = await openRun(folder);
  await checkpoints.resume("auto");
  await checkpoints.save(state(1));
  await checkpoints.save(state(2));
  Object.assign(faults, { calls: 0, log: [], fault });
  const saved = await checkpoints.save(state(3)).then(
    () => "saved" as const,
    () => "failed" as const,
  );
  faults.fault = undefined;
  await checkpoints.close();
  return saved;
}

beforeEach(() => {
  faults.fault = undefined;
});

describe("a fault at any call of the file system during a save", () => {
  it("is tried at every call that there is", async () => {
    await saveThree(newFolder(), { call: Infinity, kind: "EIO" });
    expect(faults.log).toEqual([
      // Is the lock still ours?
      "open",
      "stat",
      "read",
      "close",
      // The temporary file.
      "open",
      "write",
      "sync",
      "close",
      "rename",
      // The folder.
      "open",
      "sync",
      "close",
      // The checkpoint that is one too many.
      "open",
      "stat",
      "read",
      "close",
      "rename",
      "rm",
    ]);
  });

  it.each(ERRORS)("%s: afterwards the old or the new state is there, whole", async (kind) => {
    for (let call = 1; call <= 18; call++) {
      const folder = newFolder();
      const result = await saveThree(folder, { call, kind });
      const warn = vi.spyOn(console, "warn");
      const again = await openRun(folder);
      const found = await again.resume("must");
      expect(warn).not.toHaveBeenCalled();
      // Before the rename the old one, from the rename on the new one.
      expect(found, `fault at call ${call}`).toEqual(state(call <= 9 ? 2 : 3));
      if (result === "saved") expect(found?.steps).toBe(3);
      // And the run goes on saving.
      await again.save(state(4));
      await again.close();
      expect(readdirSync(folder).every((name) => /^checkpoint-\d{8}\.ckpt$/.test(name))).toBe(true);
    }
  });

  it.each(["ENOSPC", "EACCES", "EROFS"])("%s is explained with what to do", async (kind) => {
    const checkpoints = await openRun(newFolder());
    await checkpoints.resume("auto");
    faults.calls = 0;
    faults.fault = { call: 6, kind };
    await expect(checkpoints.save(state(1))).rejects.toThrow(
      /fileCheckpointStore: expected that .*ckpt can be written, got .*; (free|choose) /,
    );
    faults.fault = undefined;
    await checkpoints.close();
  });

  it("leaves the files as they were if the save failed and the disk still works", async () => {
    const folder = newFolder();
    const checkpoints = await openRun(folder);
    await checkpoints.resume("auto");
    await checkpoints.save(state(1));
    const before = readdirSync(folder);
    for (let call = 1; call <= 9; call++) {
      faults.calls = 0;
      faults.fault = { call, kind: "ENOSPC" };
      await expect(checkpoints.save(state(2))).rejects.toThrow(/ENOSPC|another run/);
      faults.fault = undefined;
      expect(readdirSync(folder)).toEqual(before);
    }
    await checkpoints.save(state(2));
    await checkpoints.close();
  });
});

describe("a fault at any call while a run takes hold of its folder", () => {
  it("never harms what is in it", async () => {
    const folder = newFolder();
    const first = await openRun(folder);
    await first.resume("auto");
    await first.save(state(1));
    await first.close();
    for (const kind of ERRORS) {
      for (let call = 1; call <= 20; call++) {
        faults.calls = 0;
        faults.fault = { call, kind };
        const run = await openRun(folder).catch(() => undefined);
        await run?.resume("must").catch(() => undefined);
        await run?.close();
        faults.fault = undefined;
        // As if the process had ended: its lock counts no more.
        rmSync(join(folder, "lock.json"), { force: true });
        const again = await openRun(folder);
        expect(await again.resume("must")).toEqual(state(1));
        await again.close();
      }
    }
  });
});
