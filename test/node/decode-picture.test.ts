import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { imageFolder } from "../../src/node/image-folder.ts";
import { imageFromFile } from "../../src/node/image-from-file.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/dataset/treatments", import.meta.url));
const { files } = JSON.parse(
  readFileSync(new URL("../fixtures/dataset/treatments.json", import.meta.url), "utf8"),
) as { files: { name: string; width: number; height: number; RGB: string; L: string }[] };

const newFolder = temporaryFolders();
afterEach(() => {
  vi.restoreAllMocks();
});

/** How far values may be off: decoders of AVIF round colours differently, all others must agree. */
const toleranceOf = (name: string): number => (name.endsWith(".avif") ? 2 : 0);

function expectNear(actual: Uint8Array, expected: string, name: string): void {
  const wanted = Buffer.from(expected, "base64");
  expect(actual.length, name).toBe(wanted.length);
  const off = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  expect(off, name).toBeLessThanOrEqual(toleranceOf(name));
}

describe("a decoded picture", () => {
  const readable = files.filter(({ name }) => !name.endsWith(".bmp"));

  it("is Pillow's: upright, on white, in 8 bits, in every format", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(readable.length).toBeGreaterThan(75);
    for (const { name, width, height, RGB, L } of readable) {
      const path = join(FOLDER, name);
      const colours = await imageFromFile(path, { imageShape: [height, width, 3] });
      expectNear(colours, RGB, name);
      expectNear(await imageFromFile(path, { imageShape: [height, width, 1] }), L, name);
    }
  });

  it("is the same in a folder and from a file, its bytes, its URL, a Blob", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const root = newFolder();
    mkdirSync(join(root, "all"));
    const names = ["turned-6.jpg", "alpha.png", "cmyk.jpg", "grey-16.png", "turned-7.webp"];
    for (const name of names) {
      writeFileSync(join(root, "all", name), readFileSync(join(FOLDER, name)));
    }
    // No fit: the default has to be one and the same.
    const set = await imageFolder(root, { imageShape: [7, 5, 3] });
    for (const [i, path] of set.paths!.entries()) {
      const bytes = readFileSync(path);
      const inputs = [path, pathToFileURL(path), bytes, new Uint8Array(bytes), new Blob([bytes])];
      for (const input of inputs) {
        const image = await imageFromFile(input, { width: 5, height: 7 });
        expect([...image], path).toEqual([...set.image(i)]);
      }
    }
  });

  it("says which grey values of 16 bits have become white", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await imageFromFile(join(FOLDER, "grey-16.tif"));
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/grey of 16 bits is cut off at 255.*grey-16.tif/)],
    ]);
    await imageFromFile(join(FOLDER, "rgb-16.png"));
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("a file that is no picture", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>';
  it.each([
    [svg, "an SVG or another XML file"],
    [`\ufeff<?xml version="1.0"?>${svg}`, "an SVG or another XML file"],
    ["%PDF-1.7", "a PDF file"],
    ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"],
    ["\0\0\0\x18ftypisom", "a video"],
    ["P5\n1 1\n255\n0", "a PNM picture"],
    ["8BPS\0\x01", "a Photoshop file"],
    ["\0\0\x01\0\x01\0", "an icon"],
    ["<!DOCTYPE html><p>404", "an HTML page"],
    ["PK\x03\x04", "a zip file"],
    ["hello", "a file of another kind"],
    ["", "an empty file"],
  ])("is refused by what it is, whatever its name says: %j", async (content, kind) => {
    const path = join(newFolder(), "photo.jpg");
    writeFileSync(path, content, content.startsWith("\ufeff") ? "utf8" : "latin1");
    const reading = imageFromFile(path);
    await expect(reading).rejects.toThrow(
      `expected a picture (PNG, JPEG, WebP, GIF, AVIF or TIFF), got ${kind} (`,
    );
    await expect(reading).rejects.toBeInstanceOf(DataError);
  });

  it("or one that is not decoded here is named", async () => {
    const reading = imageFromFile(join(FOLDER, "rgb.bmp"));
    await expect(reading).rejects.toThrow(/got a BMP picture/);
  });

  it("or that ends too early is refused, in every format", async () => {
    const names = ["plain.jpg", "alpha.png", "alpha.webp", "palette.gif", "turned-1.avif"];
    for (const name of [...names, "turned-1.tif", "compressed.tif", "cmyk-16.tif", "bit.tif"]) {
      const bytes = readFileSync(join(FOLDER, name));
      for (const part of [0.9, 0.5, 0.2]) {
        const cut = bytes.subarray(0, Math.floor(part * bytes.length));
        await expect(imageFromFile(cut), `${part} of ${name}`).rejects.toBeInstanceOf(DataError);
      }
    }
    const noEnd = readFileSync(join(FOLDER, "plain.jpg")).subarray(0, -2);
    await expect(imageFromFile(noEnd)).rejects.toThrow(/an intact JPEG picture/);
  });

  it("or that cannot be read is told apart from a damaged one", async () => {
    const reading = imageFromFile(join(newFolder(), "\u001b[31mnowhere.png"));
    await expect(reading).rejects.toBeInstanceOf(SourceError);
    await expect(reading).rejects.toThrow(/\\u001b\[31mnowhere\.png\), got ENOENT/);
  });
});

describe("imageFromFile", () => {
  it("takes no more pixels than it is allowed", async () => {
    const path = join(FOLDER, "plain.jpg");
    const reading = imageFromFile(path, { maxPixels: 125 });
    await expect(reading).rejects.toThrow(
      /expected a picture of at most 125 pixels, got 14 x 9, 126 pixels/,
    );
    await expect(imageFromFile(path, { maxPixels: 126 })).resolves.toHaveLength(32 * 32 * 3);
  });

  it("refuses a size that is given twice, and wrong arguments", async () => {
    const path = join(FOLDER, "plain.jpg");
    const both = imageFromFile(path, { imageShape: [8, 8, 3], width: 8 });
    await expect(both).rejects.toThrow(/leave width and height out/);
    await expect(imageFromFile(5 as never)).rejects.toThrow(/path of a file, its bytes or a Blob/);
    for (const options of [
      { width: 0 },
      { fit: "pad" },
      { maxPixels: 0 },
      { size: 3 },
    ] as never[]) {
      await expect(imageFromFile(path, options)).rejects.toBeInstanceOf(ArgumentError);
    }
  });
});
