import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeAtomic } from "../../src/node/write-atomic.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();

describe("writeAtomic", () => {
  it("writes bytes and text, and replaces what was there", async () => {
    const path = join(newFolder(), "file");
    await writeAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...readFileSync(path)]).toEqual([1, 2, 3]);
    await writeAtomic(path, "text");
    expect(readFileSync(path, "utf8")).toBe("text");
  });

  it("leaves the old file and nothing else when it fails", async () => {
    const folder = newFolder();
    const path = join(folder, "target");
    // A folder that is not empty cannot be replaced by a file: the last step, the rename, fails.
    mkdirSync(path);
    writeFileSync(join(path, "kept"), "");
    await expect(writeAtomic(path, "text")).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["target"]);
    expect(readdirSync(path)).toEqual(["kept"]);
  });

  it("shows a reader the old or the new file, whole, while many write", async () => {
    const folder = newFolder();
    const path = join(folder, "file");
    const versions = Array.from({ length: 20 }, (_, i) => new Uint8Array(50_000).fill(i));
    const writing = Promise.all(versions.map((bytes) => writeAtomic(path, bytes)));
    let done = false;
    void writing.then(() => (done = true));
    while (!done) {
      await new Promise(setImmediate);
      if (readdirSync(folder).includes("file")) {
        const seen = readFileSync(path);
        expect(seen).toHaveLength(50_000);
        expect(seen.every((byte) => byte === seen[0])).toBe(true);
      }
    }
    await writing;
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
