import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SourceError } from "cifar-kit";
import { imageFromFile } from "cifar-kit/node";
import { readRegularFile } from "../../src/node/read-regular-file.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();

describe("readRegularFile", () => {
  it("reads files, also through links", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "file"), "text");
    symlinkSync(join(folder, "file"), join(folder, "link"));
    for (const name of ["file", "link"]) {
      expect((await readRegularFile(join(folder, name))).toString()).toBe("text");
    }
  });

  it("refuses whatever else there is, at once", async () => {
    const folder = newFolder();
    await expect(readRegularFile(join(folder, "missing"))).rejects.toThrow(/ENOENT/);
    await expect(readRegularFile(folder)).rejects.toThrow(/EISDIR.* is a folder/);
    await expect(readRegularFile("/dev/zero")).rejects.toThrow(/ENOTFILE.* a device/);
    spawnSync("mkfifo", [join(folder, "pipe")]);
    await expect(readRegularFile(join(folder, "pipe"))).rejects.toThrow(/ENOTFILE.* is a pipe/);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
    await expect(readRegularFile(join(folder, "socket"))).rejects.toThrow(/ENXIO/);
    server.close();
  });

  it("stands before pictures, too", async () => {
    const pipe = join(newFolder(), "picture.png");
    spawnSync("mkfifo", [pipe]);
    await expect(imageFromFile(pipe)).rejects.toBeInstanceOf(SourceError);
  });
});
