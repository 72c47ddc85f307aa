import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadRecords } from "../../src/dataset/load-records.ts";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { folderSource } from "../../src/node/folder-source.ts";
import { manifestOf, syntheticRecords } from "../dataset/synthetic.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const bytes = syntheticRecords(2);

describe("folderSource", () => {
  it("reads the files of a folder", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "a.bin"), bytes);
    const set = await loadRecords(folderSource(folder), manifestOf({ "a.bin": bytes }));
    expect(set.length).toBe(2);
  });

  it("leaves a damaged file where it is", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "a.bin"), bytes.subarray(1));
    const load = loadRecords(folderSource(folder), manifestOf({ "a.bin": bytes }));
    await expect(load).rejects.toBeInstanceOf(DataError);
    expect(await folderSource(folder).read("a.bin")).toHaveLength(bytes.length - 1);
  });

  it("refuses a pipe or a device in the place of a file, at once", async () => {
    const folder = newFolder();
    spawnSync("mkfifo", [join(folder, "a.bin")]);
    await expect(folderSource(folder).read("a.bin")).rejects.toThrow(/a\.bin .* got ENOTFILE/);
    symlinkSync("/dev/zero", join(folder, "b.bin"));
    await expect(folderSource(folder).read("b.bin")).rejects.toThrow(/b\.bin .* got ENOTFILE/);
  });

  it("names the missing file, the folder, what is in it, and what to do", async () => {
    const folder = newFolder();
    const read = (path: string): Promise<Uint8Array> => folderSource(path).read("data_batch_1.bin");
    await expect(read(folder)).rejects.toThrow(
      `folderSource: expected the file data_batch_1.bin in the folder ${folder}, got an empty folder; ` +
        "name the folder that holds the data set's files, e.g. the unpacked " +
        "cifar-10-binary.tar.gz; cifar10Source() and cifar100Source() fetch theirs.",
    );
    mkdirSync(join(folder, "cifar-10-batches-bin"));
    await expect(read(folder)).rejects.toThrow(/got a folder with cifar-10-batches-bin;/);
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, `${i}.txt`), "");
    await expect(read(folder)).rejects.toThrow(/got a folder with 0\.txt, .*7\.txt and 3 more;/);
    await expect(read(join(folder, "missing"))).rejects.toThrow(/got no such folder;/);
    await expect(read(join(folder, "0.txt"))).rejects.toThrow(/got a file, not a folder;/);
    await expect(read(folder)).rejects.toBeInstanceOf(SourceError);
  });

  it("asks for a path", () => {
    for (const path of ["", undefined, 5]) {
      expect(() => folderSource(path as string)).toThrow(ArgumentError);
    }
  });
});
