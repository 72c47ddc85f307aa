import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/dataset/byte-source.ts";
import { decodeIdx } from "../../src/dataset/decode-idx.ts";
import { loadFashionMnist } from "../../src/dataset/load-fashion-mnist.ts";
import { loadIdx, type IdxManifest } from "../../src/dataset/load-idx.ts";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { folderSource } from "../../src/node/folder-source.ts";
import { sha256Hex } from "./synthetic.ts";

/** An IDX file of unsigned bytes 0, 1, 2, ... */
function idx(...shape: number[]): Uint8Array {
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + shape.reduce((product, size) => product * size, 1));
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => {
    new DataView(bytes.buffer).setUint32(4 + 4 * axis, size);
  });
  for (let i = start; i < bytes.length; i++) bytes[i] = i - start;
  return bytes;
}

const images = idx(3, 2, 4);
const labels = idx(3);
const file = (name: string, bytes: Uint8Array) => ({
  name,
  bytes: bytes.length,
  sha256: sha256Hex(bytes),
});
const manifest: IdxManifest = {
  name: "synthetic",
  images: file("images", images),
  labels: file("labels", labels),
  classNames: ["a", "b", "c"],
};

/** A source that says of missing files what folders say. */
function filesSource(files: Readonly<Record<string, Uint8Array>>): ByteSource {
  return {
    read(name) {
      if (Object.hasOwn(files, name)) return Promise.resolve(files[name]);
      const parts = { subject: "test", expected: name, got: "nothing", remedy: "add it" };
      return Promise.reject(new SourceError(parts));
    },
  };
}

describe("decodeIdx", () => {
  it("reads shape and elements", () => {
    const { shape, data } = decodeIdx(images);
    expect(shape).toEqual([3, 2, 4]);
    expect([...data]).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it.each([
    ["nothing", new Uint8Array(0), /two zero bytes/],
    ["another start", Uint8Array.of(1, 0, 8, 1), /two zero bytes/],
    ["floats", Uint8Array.of(0, 0, 0x0d, 1), /unsigned bytes, got type 13/],
    ["no axes", Uint8Array.of(0, 0, 8, 0), /at least one axis/],
    ["a header cut short", images.subarray(0, 15), /15 bytes for 3 axes/],
    ["elements cut short", images.subarray(0, 39), /24 elements for 3 x 2 x 4, got 23/],
    ["bytes after the end", Uint8Array.of(...images, 0), /24 elements for 3 x 2 x 4, got 25/],
    ["sizes beyond any file", idx(1, 1, 1).fill(255, 4, 16), /4294967295 x 4294967295/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeIdx(bytes)).toThrow(message);
    expect(() => decodeIdx(bytes)).toThrow(DataError);
  });
});

describe("loadIdx", () => {
  it.each([
    ["plain", { images, labels }],
    ["gzip files", { "images.gz": gzipSync(images), "labels.gz": gzipSync(labels) }],
    ["gzip files without the ending", { images: gzipSync(images), labels: gzipSync(labels) }],
    ["plain files with the ending", { "images.gz": images, "labels.gz": labels }],
  ])("reads %s", async (_, files) => {
    const set = await loadIdx(filesSource(files), manifest);
    expect(set.imageShape).toEqual([2, 4, 1]);
    expect([...set.labels]).toEqual([0, 1, 2]);
    expect([...set.image(1)]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  });

  const load = (files: Record<string, Uint8Array>, other: Partial<IdxManifest> = {}) =>
    loadIdx(filesSource(files), { ...manifest, ...other });

  it("verifies the decompressed bytes", async () => {
    const altered = images.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
    const loading = load({ "images.gz": gzipSync(altered), labels });
    await expect(loading).rejects.toThrow(/SHA-256 [0-9a-f]{64} of images/);
  });

  it("refuses damaged gzip files, and such that hold too much", async () => {
    const packed = gzipSync(images);
    await expect(load({ images: packed.subarray(0, -3), labels })).rejects.toThrow(DataError);
    const altered = packed.map((byte, i) => (i === packed.length - 6 ? byte ^ 1 : byte));
    await expect(load({ images: altered, labels })).rejects.toThrow(/gunzip of images/);
    const bomb = gzipSync(new Uint8Array(1e7));
    await expect(load({ images: bomb, labels })).rejects.toThrow(/at most 40 bytes/);
  });

  it("names the file that is missing as it is officially called", async () => {
    await expect(load({ labels })).rejects.toThrow(/expected images\.gz/);
    await expect(load({ labels })).rejects.toThrow(SourceError);
  });

  it("refuses files that do not belong together, and labels without a class", async () => {
    const four = idx(4);
    await expect(load({ images, labels: four }, { labels: file("labels", four) })).rejects.toThrow(
      /3 x 2 x 4 and 4/,
    );
    await expect(load({ images, labels }, { classNames: ["a", "b"] })).rejects.toThrow(
      /in 0\.\.1, got label 2 of sample 2/,
    );
  });
});

describe("loadFashionMnist", () => {
  it("refuses unknown options and values", async () => {
    const loadWith = (options: object): Promise<unknown> =>
      loadFashionMnist(filesSource({}), options);
    await expect(loadWith({ splits: "test" })).rejects.toThrow(/did you mean split/);
    await expect(loadWith({ split: "validation" })).rejects.toBeInstanceOf(ArgumentError);
    await expect(loadFashionMnist("folder" as never)).rejects.toThrow(/read\(fileName\)/);
  });

  // Debian's package dataset-fashion-mnist, where it is installed.
  const debian = "/usr/share/datasets/fashion-mnist";
  it.runIf(existsSync(debian))("reads the real files", async () => {
    const { train, test } = await loadFashionMnist(folderSource(debian));
    for (const [set, perClass] of [
      [train, 6000],
      [test, 1000],
    ] as const) {
      const counts = new Array<number>(10).fill(0);
      for (const label of set.labels) counts[label]++;
      expect(counts).toEqual(new Array<number>(10).fill(perClass));
    }
    // As the authors' own reader gives them: the first labels, and the sum of the first image.
    expect([...train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    expect([...test.labels.subarray(0, 10)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7]);
    expect(train.image(0).reduce((sum, byte) => sum + byte, 0)).toBe(76247);
  });
});
