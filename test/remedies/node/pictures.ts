import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { imageFolder, imageFromFile } from "cifar-kit/node";
import { encodePng } from "../../../src/bytes/encode-png.ts";
import { type Trials, type Untried, wrong } from "../trial.ts";
import { newFolder } from "./network.ts";

const PHOTO = fileURLToPath(
  new URL("../../fixtures/dataset/treatments/turned-6.jpg", import.meta.url),
);
/** A folder with the photo in these places. */
function folderOf(...paths: readonly string[]): string {
  const folder = newFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(PHOTO, join(folder, path));
  }
  return folder;
}
const read = (folder: string): Promise<unknown> => imageFolder(folder, { imageShape: [2, 2, 3] });

/** A folder of two classes, one without pictures. */
function halfEmpty(): string {
  const folder = folderOf("cat/1.jpg");
  mkdirSync(join(folder, "dog"));
  return folder;
}

export const trials: Trials = {
  'pass e.g. "data/flowers"': [() => read(""), () => read(folderOf("rose/1.jpg"))],
  'pass e.g. "photo.jpg"': [
    () => imageFromFile(wrong(5)),
    () => imageFromFile(join(folderOf("photo.jpg"), "photo.jpg")),
  ],
  "lay them out as cat/1.jpg, dog/2.png, ...": [
    () => read(folderOf("1.jpg")),
    () => read(folderOf("cat/1.jpg", "dog/2.jpg")),
  ],
  "add pictures (PNG, JPEG, WebP, GIF, AVIF or TIFF) or remove the folder: each one is a class": [
    () => read(halfEmpty()),
    async () => {
      const folder = halfEmpty();
      writeFileSync(join(folder, "dog/1.png"), encodePng(new Uint8Array(1), [1, 1, 1]));
      await read(folder);
      await read(folderOf("cat/1.jpg"));
    },
  ],
  "correct the path": [
    () => read(join(folderOf("cat/1.jpg"), "cats")),
    async () => {
      await read(folderOf("cat/1.jpg"));
      await imageFromFile("nowhere.jpg").catch(() => imageFromFile(PHOTO));
    },
  ],
  "the file is damaged, or of a sort that sharp does not know: get it again or save it as PNG": [
    () => imageFromFile(readFileSync(PHOTO).subarray(0, -300)),
    async () => {
      await imageFromFile(PHOTO);
      await imageFromFile(encodePng(new Uint8Array(1), [1, 1, 1]));
    },
  ],
};

export const untried: Untried = {
  "look after the memory, or pass workers: 1 or a function as decode":
    "needs a system that starts no thread",

  "rename it": "needs a disk with names of any bytes, as on Linux: test/node/image-folder.test.ts",
};
