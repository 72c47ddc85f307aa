import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { imageFolder } from "../../src/node/image-folder.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const PICTURES = fileURLToPath(new URL("../fixtures/dataset/pictures", import.meta.url));
const pillow = JSON.parse(
  readFileSync(new URL("../fixtures/dataset/pillow.json", import.meta.url), "utf8"),
) as { files: { name: string; channels: 1 | 3; values: string }[] };

const hasSharp = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve("sharp");
    return true;
  } catch {
    return false;
  }
})();

/** Stands in for a decoder where only the folder matters: one pixel, as long as the path. */
const decode = (path: string) =>
  Promise.resolve({ data: Uint8Array.of(path.length % 256), width: 1, height: 1, channels: 1 });

/** A folder with empty files at these paths. */
function folderOf(...paths: string[]): string {
  const root = newFolder();
  for (const path of paths) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), "");
  }
  return root;
}

describe("imageFolder", () => {
  const options = { imageShape: [1, 1, 1], decode } as const;

  it("finds pictures at any depth and passes over the rest", async () => {
    const root = folderOf(
      "cat/1.png",
      "cat/deep/er/2.JPG",
      "cat/notes.txt",
      "cat/.hidden.png",
      "dog/3.jpeg",
      ".cache/4.png",
      "readme.png",
    );
    symlinkSync(join(root, "cat/1.png"), join(root, "dog/link.png"));
    const set = await imageFolder(root, options);
    expect(set.classNames).toEqual(["cat", "dog"]);
    expect([...set.labels]).toEqual([0, 0, 1]);
  });

  it("refuses a class without pictures, and a folder that is none", async () => {
    const root = folderOf("cat/1.png", "dog/readme.txt");
    await expect(imageFolder(root, options)).rejects.toThrow(
      /PNG or JPEG files in .*dog, got none/,
    );
    await expect(imageFolder(newFolder(), options)).rejects.toThrow(DataError);
    await expect(imageFolder(join(root, "nowhere"), options)).rejects.toThrow(SourceError);
    await expect(imageFolder(join(root, "cat/1.png"), options)).rejects.toThrow(/ENOTDIR/);
  });

  it("refuses unknown options and values", async () => {
    const load = (other: object): Promise<unknown> =>
      imageFolder(PICTURES, { ...options, ...other });
    await expect(load({ imageSize: [1, 1] })).rejects.toThrow(/unknown option "imageSize"/);
    await expect(load({ decode: "sharp" })).rejects.toThrow(/decode to be a function/);
    await expect(load({ imageShape: [1, 1] })).rejects.toThrow(ArgumentError);
    await expect(imageFolder("", options)).rejects.toThrow(/the path of a folder/);
  });

  it.skipIf(hasSharp)("says which package decodes pictures", async () => {
    const loading = imageFolder(PICTURES, { imageShape: [1, 1, 1] });
    await expect(loading).rejects.toThrow(/the package sharp, got .*; run npm install sharp/);
    await expect(loading).rejects.toBeInstanceOf(SourceError);
  });
});

describe.runIf(hasSharp)("imageFolder with sharp", () => {
  it.each([3, 1] as const)(
    "gives Pillow's values for PNG and JPEG, in %i channels",
    async (channels) => {
      const set = await imageFolder(PICTURES, { imageShape: [12, 16, channels] });
      expect(set.classNames).toEqual(["disc", "stripe"]);
      const expected = pillow.files
        .filter((file) => file.channels === channels)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      // In the order of folders and names: the file in stripe/more comes last.
      const order = ["disc/a.png", "disc/alpha.png", "disc/b.jpg", "stripe/grey.JPEG"];
      order.push("stripe/palette.png", "stripe/more/grey.png");
      expect([...set.labels]).toEqual([0, 0, 0, 1, 1, 1]);
      order.forEach((name, i) => {
        const { values } = expected.find((file) => file.name === name)!;
        expect([...set.image(i)], name).toEqual([...Buffer.from(values, "base64")]);
      });
    },
  );

  it("names a picture that is cut short", async () => {
    const root = newFolder();
    mkdirSync(join(root, "disc"));
    copyFileSync(join(PICTURES, "disc/a.png"), join(root, "disc/a.png"));
    const jpeg = readFileSync(join(PICTURES, "disc/b.jpg"));
    for (const bytes of [jpeg.subarray(0, 700), jpeg.subarray(0, 20), Buffer.alloc(0)]) {
      writeFileSync(join(root, "disc/b.jpg"), bytes);
      const loading = imageFolder(root, { imageShape: [8, 8, 3] });
      await expect(loading).rejects.toThrow(/disc\/b\.jpg to be an intact picture/);
      await expect(loading).rejects.toBeInstanceOf(DataError);
    }
  });
});
