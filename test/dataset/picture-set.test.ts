import { describe, expect, it } from "vitest";
import { pictureSet, type PictureFile } from "../../src/dataset/picture-set.ts";
import type { Pixels } from "../../src/dataset/resample.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";

/** One grey pixel. */
const pixel = (value: number): Pixels => ({
  data: Uint8Array.of(value),
  width: 1,
  height: 1,
  channels: 1,
});
const file = (path: string, value = 0): PictureFile => ({
  path,
  decode: () => Promise.resolve(pixel(value)),
});
const options = { imageShape: [1, 1, 1] } as const;

describe("pictureSet", () => {
  it("numbers classes by name, and orders pictures by folder and name", async () => {
    const files = ["dog/z.png", "cat/b.png", "dog/more/a.png", "cat/a.png", "dog/a.png"];
    const set = await pictureSet(
      files.map((path, i) => file(path, i)),
      options,
    );
    expect(set.classNames).toEqual(["cat", "dog"]);
    expect([...set.labels]).toEqual([0, 0, 1, 1, 1]);
    expect([...set.images]).toEqual([3, 1, 4, 0, 2]);
  });

  it("takes the order of the classes that it is given", async () => {
    const files = [file("cat/a.png", 1), file("dog/a.png", 2)];
    const set = await pictureSet(files, { ...options, classNames: ["dog", "cat"] });
    expect(set.classNames).toEqual(["dog", "cat"]);
    expect([...set.images]).toEqual([2, 1]);
  });

  it("is the same set whatever the order of the files", async () => {
    const files = Array.from({ length: 30 }, (_, i) => file(`${i % 3}/${i}.png`, i));
    const set = await pictureSet(files, options);
    expect(await pictureSet([...files].reverse(), options)).toEqual(set);
  });

  it("names the picture that cannot be decoded", async () => {
    const broken = { path: "cat/b.png", decode: () => Promise.reject(new Error("no end")) };
    const loading = pictureSet([file("cat/a.png"), broken], options);
    await expect(loading).rejects.toThrow(/cat\/b\.png to be an intact picture, got "no end"/);
    await expect(loading).rejects.toBeInstanceOf(DataError);
  });

  it("refuses class names that are not the folders", async () => {
    const load = (classNames: unknown): Promise<unknown> =>
      pictureSet([file("cat/a.png"), file("dog/a.png")], { ...options, classNames } as never);
    for (const names of [["cat"], ["cat", "dog", "emu"], ["cat", "cat"], ["cat", "emu"], "cat"]) {
      await expect(load(names)).rejects.toThrow(/the names of the folders: cat, dog/);
    }
  });

  it("refuses pictures outside a folder, none at all, and wrong options", async () => {
    await expect(pictureSet([file("a.png")], options)).rejects.toThrow(/folder of its class/);
    await expect(pictureSet([], options)).rejects.toThrow(DataError);
    const load = (other: object): Promise<unknown> =>
      pictureSet([file("cat/a.png")], { ...options, ...other });
    await expect(load({ imageShape: [1, 1, 2] })).rejects.toThrow(ArgumentError);
    await expect(load({ interpolation: "nearest" })).rejects.toThrow(/"bilinear", "bicubic"/);
    await expect(load({ fit: "pad" })).rejects.toThrow(/"stretch", "crop"/);
  });
});
