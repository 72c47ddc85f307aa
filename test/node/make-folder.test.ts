import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../../src/node/make-folder.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();

describe("makeFolder", () => {
  it("makes the missing folders above, too, and leaves alone what is there", async () => {
    const path = join(newFolder(), "a", "b", "c");
    await makeFolder(path);
    writeFileSync(join(path, "file"), "x");
    await makeFolder(path);
    await Promise.all([makeFolder(join(path, "d", "e")), makeFolder(join(path, "d", "f"))]);
    expect(statSync(join(path, "d", "f")).isDirectory()).toBe(true);
    expect(existsSync(join(path, "file"))).toBe(true);
  });

  it("throws where a file is in the way", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "x");
    await expect(makeFolder(file)).rejects.toThrow(/EEXIST/);
    await expect(makeFolder(join(file, "below"))).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  // Node's own `recursive` never comes back there.
  it.runIf(existsSync("/proc/self"))("throws where no folder can be made", async () => {
    await expect(makeFolder("/proc/none/below")).rejects.toThrow(/ENOENT|EACCES|EPERM/);
  });
});
