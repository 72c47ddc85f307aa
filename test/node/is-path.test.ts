import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArgumentError } from "cifar-kit";
import * as node from "cifar-kit/node";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const before = process.cwd();
let folder: string;
beforeEach(() => {
  folder = newFolder();
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
});

/** Every function that takes a path, and reads or writes there. */
const DOORS: Readonly<Record<string, (path: string) => unknown>> = {
  cifar10Source: (cacheDir) => node.cifar10Source({ cacheDir }).read("test_batch.bin"),
  cifar100Source: (cacheDir) => node.cifar100Source({ cacheDir }).read("test.bin"),
  fileCheckpointStore: (path) => node.fileCheckpointStore(path).open(),
  fileSystemIO: (path) => node.fileSystemIO(path).save({ modelTopology: {} }),
  folderSource: (path) => node.folderSource(path).read("test_batch.bin"),
  imageFolder: (path) => node.imageFolder(path, { imageShape: [8, 8, 3] }),
  imageFromFile: (path) => node.imageFromFile(path),
  writeFileAtomic: (path) => node.writeFileAtomic(path, "text"),
  writePng: (path) => node.writePng(path, { $schema: "" } as never),
  writeSvg: (path) => node.writeSvg(path, { $schema: "" } as never),
};

describe.each(Object.entries(DOORS))("the path of %s", (_, open) => {
  it.each(["https://data.test/a", "file://./a", "ftp://a", "~/a", "a\0b"])(
    "is not %j, and nothing is made of it",
    async (path) => {
      const opened = Promise.resolve().then(() => open(path));
      await expect(opened).rejects.toBeInstanceOf(ArgumentError);
      await expect(opened).rejects.toThrow(/expected (the|a|cacheDir, .* the) path/);
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

it.each(["https://data.test/a.png", "file://host/a.png", "data:image/png;base64,AAAA"])(
  "the URL %s leads to no file",
  async (url) => {
    await expect(node.imageFromFile(new URL(url))).rejects.toThrow(/expected the path .*the URL/);
  },
);
