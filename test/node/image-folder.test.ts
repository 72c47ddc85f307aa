import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { trainValidationSplit } from "../../src/dataset/train-validation-split.ts";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { imageFolder } from "../../src/node/image-folder.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const FIXTURES = fileURLToPath(new URL("../fixtures/dataset", import.meta.url));
const PICTURES = join(FIXTURES, "pictures");
const fixture = (name: string): string => join(FIXTURES, "treatments", name);
const pillow = JSON.parse(readFileSync(join(FIXTURES, "pillow.json"), "utf8")) as {
  files: { name: string; channels: 1 | 3; values: string }[];
};

/** Stands in for a decoder where only the folder matters: one pixel, as long as the path. */
const decode = (path: string) =>
  Promise.resolve({ data: Uint8Array.of(path.length % 256), width: 1, height: 1, channels: 1 });
const options = { imageShape: [1, 1, 1], decode } as const;

/** A folder with empty files at these paths. */
function folderOf(...paths: string[]): string {
  const root = newFolder();
  for (const path of paths) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), "");
  }
  return root;
}

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  vi.spyOn(console, "warn").mockImplementation((text: string) => warnings.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("imageFolder", () => {
  it("finds pictures of every format at any depth, whatever the case of their names", async () => {
    const names = ["1.png", "2.JPG", "3.jpeg", "4.Jfif", "5.webp", "6.GIF", "7.avif", "8.tif"];
    const root = folderOf(...names.map((name) => `cat/deep/er/${name}`), "Dog/9.TIFF");
    const set = await imageFolder(root, options);
    expect(set.classNames).toEqual(["Dog", "cat"]);
    expect(set.paths).toEqual([
      join(root, "Dog/9.TIFF"),
      ...names.map((name) => join(root, "cat/deep/er", name)),
    ]);
    expect(set.leftOut).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("counts and lists everything that it leaves out, by reason", async () => {
    const root = folderOf(
      "cat/1.png",
      "cat/notes.txt",
      "cat/more.TXT",
      "cat/.hidden.png",
      "cat/scan.bmp",
      "cat/LICENSE",
      ".cache/4.png",
      "readme.png",
    );
    symlinkSync("nowhere", join(root, "cat/gone.png"));
    symlinkSync("/dev/null", join(root, "cat/null.png"));
    const set = await imageFolder(root, options);
    expect(set).toHaveLength(1);
    expect(set.leftOut).toEqual([
      { path: ".cache", reason: "hidden" },
      { path: "cat/.hidden.png", reason: "hidden" },
      { path: "cat/LICENSE", reason: "named without an ending" },
      { path: "cat/more.TXT", reason: "named .txt" },
      { path: "cat/notes.txt", reason: "named .txt" },
      { path: "cat/scan.bmp", reason: "named .bmp" },
      { path: "cat/gone.png", reason: "a link to nothing" },
      { path: "cat/null.png", reason: "a pipe, a socket or a device" },
      { path: "readme.png", reason: "in no folder of a class" },
    ]);
    expect(warnings).toEqual([
      `imageFolder: left out 9 of the entries in ${root}: 2 hidden (.cache, cat/.hidden.png), ` +
        "1 named without an ending (cat/LICENSE), 2 named .txt (cat/more.TXT, cat/notes.txt), " +
        "1 named .bmp (cat/scan.bmp), 1 a link to nothing (cat/gone.png), " +
        "1 a pipe, a socket or a device (cat/null.png), 1 in no folder of a class (readme.png).",
    ]);
  });

  // The names of other systems' file systems are always Unicode.
  it.runIf(process.platform === "linux")(
    "reports names in other encodings, and takes those that only look so",
    async () => {
      const root = folderOf("cat/1.png", "cat/\ufffd.png");
      const [inRoot, inClass, folder] = ["\xe9.txt", "cat/\xe9.jpg", "caf\xe9"].map((name) =>
        Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, "latin1")]),
      );
      for (const path of [inRoot, inClass]) writeFileSync(path, "");
      const set = await imageFolder(root, options);
      expect(set.paths).toEqual([join(root, "cat/1.png"), join(root, "cat/\ufffd.png")]);
      const reason = "named in another encoding than UTF-8";
      expect(set.leftOut).toEqual([
        { path: "cat/\ufffd.jpg", reason },
        { path: "\ufffd.txt", reason },
      ]);
      expect(warnings[0]).toContain(`2 ${reason} (cat/\ufffd.jpg, \ufffd.txt)`);
      mkdirSync(folder);
      await expect(imageFolder(root, options)).rejects.toThrow(
        /classes in .* to be named in UTF-8, got another encoding: caf\ufffd; rename it/,
      );
      renameSync(folder, join(root, "café"));
      writeFileSync(join(root, "café/1.png"), "");
      expect((await imageFolder(root, options)).classNames).toEqual(["café", "cat"]);
    },
  );

  it("follows links to pictures and folders", async () => {
    const elsewhere = folderOf("bird/5.png", "more/6.png");
    const root = folderOf("cat/1.png", "dog/2.png");
    symlinkSync(join(root, "cat/1.png"), join(root, "dog/link.png"));
    symlinkSync(join(elsewhere, "bird"), join(root, "bird"));
    symlinkSync(join(elsewhere, "more"), join(root, "cat/more"));
    const set = await imageFolder(root, options);
    expect(set.classNames).toEqual(["bird", "cat", "dog"]);
    expect([...set.labels]).toEqual([0, 1, 1, 2, 2]);
    expect(set.paths).toContain(join(root, "cat/more/6.png"));
  });

  it("ends where links lead in circles or fan out", async () => {
    const root = folderOf("cat/1.png", "cat/deep/2.png", "dog/3.png");
    symlinkSync("..", join(root, "cat/root"));
    symlinkSync("..", join(root, "cat/deep/up"));
    symlinkSync(".", join(root, "dog/self"));
    symlinkSync("loop", join(root, "dog/loop"));
    // Thirty folders with two ways from each to the next: a billion paths, thirty folders.
    for (let i = 0; i < 30; i++) mkdirSync(join(root, `dog/f${i}`));
    for (let i = 0; i < 29; i++) {
      for (const way of ["a", "b"]) symlinkSync(`../f${i + 1}`, join(root, `dog/f${i}`, way));
    }
    const set = await imageFolder(root, options);
    expect([...set.labels]).toEqual([0, 0, 1]);
    const reasons = new Map(set.leftOut.map(({ path, reason }) => [path, reason]));
    const again = "a link to a folder that is read already";
    for (const path of ["cat/root", "cat/deep/up", "dog/self"]) {
      expect(reasons.get(path), path).toBe(again);
    }
    expect(reasons.get("dog/loop")).toBe("a link to nothing");
  });

  it("refuses folders without pictures, all at once, and says what is there instead", async () => {
    const root = folderOf("cat/1.png", "dog/readme.txt", "emu/.x");
    await expect(imageFolder(root, options)).rejects.toThrow(
      /pictures in .*dog, .*emu, got none but 1 named .txt \(dog\/readme.txt\), 1 hidden/,
    );
    await expect(imageFolder(newFolder(), options)).rejects.toThrow(DataError);
    await expect(imageFolder(folderOf("a.png"), options)).rejects.toThrow(
      /folders of pictures in .*, got none but 1 in no folder of a class \(a.png\)/,
    );
    await expect(imageFolder(join(root, "nowhere"), options)).rejects.toThrow(SourceError);
    await expect(imageFolder(join(root, "cat/1.png"), options)).rejects.toThrow(/ENOTDIR/);
  });

  it("takes class names in whatever way Unicode spells them", async () => {
    const [composed, split] = ["café".normalize("NFC"), "café".normalize("NFD")];
    for (const folder of [composed, split]) {
      const root = folderOf(`${folder}/1.png`, "zoo/2.png");
      for (const name of [composed, split]) {
        const set = await imageFolder(root, { ...options, classNames: ["zoo", name] });
        expect(set.classNames).toEqual(["zoo", composed]);
        expect([...set.labels]).toEqual([0, 1]);
      }
      expect((await imageFolder(root, options)).classNames).toEqual([composed, "zoo"]);
    }
    const both = folderOf(`${composed}/1.png`, `${split}/2.png`);
    await expect(imageFolder(both, options)).rejects.toThrow(
      /one folder per class, got folders whose names differ only in how Unicode spells them/,
    );
  });

  it("never sends a name's escape codes to the terminal", async () => {
    const red = "\u001b[31mcat\u0007";
    const root = folderOf(`${red}/1.png`, `${red}/${red}.txt`, `${red}/\u202egpj.png`);
    const set = await imageFolder(root, {
      ...options,
      onBadPicture: "skip",
      decode: (path) => (path.endsWith("1.png") ? decode(path) : Promise.reject(new Error(red))),
    });
    expect(set).toHaveLength(1);
    expect(warnings).toHaveLength(2);
    for (const text of warnings) {
      expect(text).toContain("\\u001b[31mcat\\u0007");
      expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
    }
  });

  it("refuses unknown options and values", async () => {
    const load = (other: object): Promise<unknown> =>
      imageFolder(PICTURES, { ...options, ...other });
    await expect(load({ imageSize: [1, 1] })).rejects.toThrow(/unknown option "imageSize"/);
    await expect(load({ decode: "sharp" })).rejects.toThrow(/decode to be a function/);
    await expect(load({ imageShape: [1, 1] })).rejects.toThrow(ArgumentError);
    await expect(load({ onBadPicture: "ignore" })).rejects.toThrow(/"throw", "skip"/);
    await expect(load({ maxPixels: 0 })).rejects.toThrow(/maxPixels/);
    await expect(imageFolder("", options)).rejects.toThrow(/the path of a folder/);
  });
});

describe("imageFolder with sharp", () => {
  it.each([3, 1] as const)(
    "gives Pillow's values for PNG and JPEG, in %i channels",
    async (channels) => {
      const set = await imageFolder(PICTURES, { imageShape: [12, 16, channels] });
      expect(set.classNames).toEqual(["disc", "stripe"]);
      const expected = pillow.files.filter((file) => file.channels === channels);
      // In the order of folders and names: the file in stripe/more comes last.
      const order = ["disc/a.png", "disc/alpha.png", "disc/b.jpg", "stripe/grey.JPEG"];
      order.push("stripe/palette.png", "stripe/more/grey.png");
      expect([...set.labels]).toEqual([0, 0, 0, 1, 1, 1]);
      expect(set.paths).toEqual(order.map((name) => join(PICTURES, name)));
      order.forEach((name, i) => {
        const { values } = expected.find((file) => file.name === name)!;
        expect([...set.image(i)], name).toEqual([...Buffer.from(values, "base64")]);
      });
    },
  );

  /** A folder with intact pictures, and bad ones between them. */
  function mixedFolder(): string {
    const root = newFolder();
    const jpeg = readFileSync(fixture("plain.jpg"));
    for (const name of ["disc", "stripe"]) {
      mkdirSync(join(root, name));
      for (const i of [0, 4]) copyFileSync(fixture("plain.jpg"), join(root, name, `${i}.jpg`));
    }
    writeFileSync(join(root, "disc/1.jpg"), "");
    writeFileSync(join(root, "disc/2.jpg"), jpeg.subarray(0, jpeg.length - 80));
    writeFileSync(join(root, "stripe/3.png"), "<svg/>");
    return root;
  }

  it("reports all bad pictures at once", async () => {
    const loading = imageFolder(mixedFolder(), { imageShape: [8, 8, 3] });
    await expect(loading).rejects.toThrow(
      /expected 7 intact pictures, got 3 that are not: disc\/1.jpg \(an empty file\), disc\/2.jpg \((?:".*premature end.*"|a damaged one)\), stripe\/3.png \(an SVG or another XML file\); repair or remove the files, or pass onBadPicture: "skip"/,
    );
    const error: unknown = await loading.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(DataError);
    expect(((error as DataError).cause as AggregateError).errors).toHaveLength(3);
  });

  it("lets no control character of a bad picture's name reach a terminal with the error", async () => {
    const root = mixedFolder();
    for (const name of ["\x1b[2J.jpg", "\x1b[31m.png"]) writeFileSync(join(root, "disc", name), "");
    const error: unknown = await imageFolder(root, { imageShape: [8, 8, 3] }).catch(
      (cause: unknown) => cause,
    );
    const text = inspect(error, { depth: Infinity });
    expect(text).toContain("Error: disc/\\u001b[2J.jpg");
    expect(text).not.toContain("\x1b");
  });

  it('goes on without them with onBadPicture: "skip", and says which', async () => {
    const root = mixedFolder();
    const set = await imageFolder(root, { imageShape: [8, 8, 3], onBadPicture: "skip" });
    const names = ["disc/0.jpg", "disc/4.jpg", "stripe/0.jpg", "stripe/4.jpg"];
    expect(set.paths).toEqual(names.map((name) => join(root, name)));
    expect([...set.labels]).toEqual([0, 0, 1, 1]);
    for (let i = 1; i < 4; i++) expect(set.image(i)).toEqual(set.image(0));
    expect(set.leftOut.map(({ path }) => path)).toEqual([
      "disc/1.jpg",
      "disc/2.jpg",
      "stripe/3.png",
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^imageFolder: left out 3 of 7 pictures: disc\/1.jpg \(an empty file\), disc\/2.jpg/,
      ),
    ]);
    // A set that is cut from it knows its own images only.
    const { validation } = trainValidationSplit(set, { fraction: 0.5, seed: 1 });
    expect("leftOut" in validation).toBe(false);
    expect(validation.paths!.every((path) => set.paths!.includes(path))).toBe(true);
  });

  it("names a picture that is cut short, and follows its own advice", async () => {
    const root = newFolder();
    mkdirSync(join(root, "disc"));
    copyFileSync(fixture("plain.jpg"), join(root, "disc/a.jpg"));
    const jpeg = readFileSync(fixture("plain.jpg"));
    for (const bytes of [jpeg.subarray(0, 700), jpeg.subarray(0, 20), Buffer.alloc(0)]) {
      writeFileSync(join(root, "disc/b.jpg"), bytes);
      const loading = imageFolder(root, { imageShape: [8, 8, 3] });
      await expect(loading).rejects.toThrow(/disc\/b\.jpg to be an intact picture/);
      await expect(loading).rejects.toBeInstanceOf(DataError);
    }
    const skip = { imageShape: [8, 8, 3], onBadPicture: "skip" } as const;
    expect(await imageFolder(root, skip)).toHaveLength(1);
    renameSync(join(root, "disc/b.jpg"), join(root, "b.jpg"));
    expect(await imageFolder(root, { imageShape: [8, 8, 3] })).toHaveLength(1);
  });

  it("refuses a class of which no picture is left", async () => {
    const root = mixedFolder();
    mkdirSync(join(root, "void"));
    writeFileSync(join(root, "void/x.jpg"), "x");
    const loading = imageFolder(root, { imageShape: [8, 8, 3], onBadPicture: "skip" });
    await expect(loading).rejects.toThrow(/an intact picture of every class, got none of void/);
  });

  it("counts pictures larger than maxPixels as bad, before they are decoded", async () => {
    const root = newFolder();
    mkdirSync(join(root, "cat"));
    copyFileSync(fixture("plain.jpg"), join(root, "cat/small.jpg"));
    // A PNG of which there is no more than the beginning.
    const bytes = Buffer.alloc(64);
    readFileSync(fixture("alpha.png")).copy(bytes, 0, 0, 33);
    bytes.writeUInt32BE(40_000, 16);
    bytes.writeUInt32BE(30_000, 20);
    writeFileSync(join(root, "cat/huge.png"), bytes);
    const loading = imageFolder(root, { imageShape: [8, 8, 3] });
    await expect(loading).rejects.toThrow(
      /cat\/huge.png to be an intact picture, got 40000 x 30000, 1200 megapixels: more than maxPixels allows, at most 268.4 megapixels/,
    );
  });

  it("says once which pictures lost grey values", async () => {
    const root = newFolder();
    mkdirSync(join(root, "scan"));
    for (const name of ["grey-16.png", "grey-16.tif", "grey.png"]) {
      copyFileSync(fixture(name), join(root, "scan", name));
    }
    await imageFolder(root, { imageShape: [8, 8, 1] });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^imageFolder: grey of 16 bits is cut off at 255.*2 pictures: scan\/grey-16/,
      ),
    ]);
  });
});
