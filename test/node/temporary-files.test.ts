import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  isTemporary,
  isWriterGone,
  sweepLeftovers,
  temporaryPath,
} from "../../src/node/temporary-files.ts";
import { temporaryOf } from "./leftovers.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();

describe("temporary files", () => {
  it("can be told from others, also by the file that they are to become", async () => {
    const path = await temporaryPath("/folder/a-1.2.bin");
    expect(isTemporary(basename(path))).toBe(true);
    expect(isTemporary(basename(path), "a-1.2.bin")).toBe(true);
    expect(isTemporary(basename(path), "a.bin")).toBe(false);
    expect(isTemporary(".cifar-kit-a.bin-123.tmp")).toBe(true);
    for (const name of ["a.bin", "a.tmp", ".cifar-kit-a.bin", "x.cifar-kit-a.tmp"]) {
      expect(isTemporary(name)).toBe(false);
    }
  });

  it("have names that a file system takes, however long the file's", async () => {
    const long = "\u732b".repeat(80);
    const name = basename(await temporaryPath(join("/folder", long)));
    expect(Buffer.byteLength(name)).toBeLessThan(256);
    expect(isTemporary(name, long)).toBe(true);
  });

  it("say whether their writer is gone, where that can be known", async () => {
    expect(await isWriterGone(basename(await temporaryPath("/a.bin")))).toBe(false);
    expect(await isWriterGone(await temporaryOf("a.bin"))).toBe(true);
    // Its number has been given again.
    expect(await isWriterGone(await temporaryOf("a.bin", process.pid))).toBe(true);
    expect(await isWriterGone(".cifar-kit-a.bin-123.tmp")).toBeUndefined();
    const elsewhere = ".cifar-kit-a.bin-1.5.000000000000.0123abcd.tmp";
    expect(await isWriterGone(elsewhere)).toBeUndefined();
    expect(await isWriterGone(await temporaryOf("a.bin", process.pid, ""))).toBeUndefined();
  });

  it("are swept when their writer is gone or, where that cannot be known, after a day", async () => {
    const folder = newFolder();
    const own = basename(await temporaryPath(join(folder, "a.bin")));
    const kept = [own, ".cifar-kit-young.tmp", "notes.txt"];
    for (const name of [...kept, await temporaryOf("a.bin"), ".cifar-kit-old.tmp"]) {
      writeFileSync(join(folder, name), "");
    }
    mkdirSync(join(folder, (await temporaryOf("fetch")).replace(".tmp", "-Abc123")));
    const now = Date.now();
    const past = (now - 25 * 60 * 60 * 1000) / 1000;
    utimesSync(join(folder, ".cifar-kit-old.tmp"), past, past);
    await sweepLeftovers(folder, now);
    expect(readdirSync(folder).sort()).toEqual(kept.sort());
    await sweepLeftovers(join(folder, "not there"), now);
  });
});
