import { describe, expect, it, vi } from "vitest";
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

  it("sorts names as Python does, by code point", async () => {
    // sorted(["\U0001f600", "\ufb01", "a", "B", "\u00e9"]) in Python 3.
    const names = ["\u{1f600}", "\ufb01", "a", "B", "\u00e9"];
    const set = await pictureSet(
      names.map((name) => file(`${name}/1.png`)),
      options,
    );
    expect(set.classNames).toEqual(["B", "a", "\u00e9", "\ufb01", "\u{1f600}"]);
    const inside = await pictureSet(
      names.map((name, i) => file(`a/${name}.png`, i)),
      options,
    );
    expect([...inside.images]).toEqual([3, 2, 4, 1, 0]);
  });

  it("tells where its images came from", async () => {
    const files = [file("b/1.png"), { ...file("a/1.png"), source: "/home/me/a/1.png" }];
    const set = await pictureSet(files, options);
    expect(set.paths).toEqual(["/home/me/a/1.png", "b/1.png"]);
    expect(set.subset([1]).paths).toEqual(["b/1.png"]);
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

  it("names all pictures that cannot be decoded, up to ten, and counts the rest", async () => {
    const broken = Array.from({ length: 13 }, (_, i) => ({
      path: `cat/${i + 10}.png`,
      decode: () => Promise.reject(new Error("no end")),
    }));
    const loading = pictureSet([file("cat/a.png"), ...broken], options);
    await expect(loading).rejects.toThrow(
      /14 intact pictures, got 13 that are not: cat\/10.png \("no end"\), .*cat\/19.png \("no end"\) and 3 more;/,
    );
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const set = await pictureSet([file("cat/a.png"), ...broken], {
      ...options,
      onBadPicture: "skip",
    });
    expect(set.paths).toEqual(["cat/a.png"]);
    expect(set.leftOut).toHaveLength(13);
    expect(set.leftOut[12]).toEqual({ path: "cat/22.png", reason: '"no end"' });
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it("passes on what is wrong with the call, not with a picture", async () => {
    const wrong = { path: "cat/a.png", decode: () => Promise.resolve({ ...pixel(1), width: 2 }) };
    const loading = pictureSet([wrong], { ...options, onBadPicture: "skip" });
    await expect(loading).rejects.toBeInstanceOf(ArgumentError);
  });

  it("keeps few pixels in flight: large pictures one after the other, small ones together", async () => {
    let now = 0;
    let most = 0;
    const sized = (path: string, side: number): PictureFile => ({
      path,
      measure: () => Promise.resolve({ width: side, height: side }),
      async decode() {
        now += side * side;
        most = Math.max(most, now);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        now -= side * side;
        return pixel(0);
      },
    });
    const many = (side: number) => Array.from({ length: 20 }, (_, i) => sized(`a/${i}.png`, side));
    expect(await pictureSet(many(16_000), options)).toHaveLength(20);
    expect(most).toBe(16_000 ** 2);
    most = 0;
    await pictureSet([...many(4000), ...many(1000)], options);
    expect(most).toBeLessThanOrEqual(2 ** 26);
    expect(most).toBeGreaterThan(4000 ** 2);
    most = 0;
    await pictureSet(many(100), options);
    expect(most).toBe(8 * 100 ** 2);
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
