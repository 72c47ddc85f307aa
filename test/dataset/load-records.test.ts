import { describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/dataset/byte-source.ts";
import { loadRecords } from "../../src/dataset/load-records.ts";
import type { RecordManifest } from "../../src/dataset/manifest.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { randomStream } from "../../src/random/stream.ts";
import { manifestOf, memorySource, sha256Hex, syntheticRecords } from "./synthetic.ts";

const intact = syntheticRecords(10);
const manifest = manifestOf({ "a.bin": intact });

/** Whether the bytes in place of a.bin are refused as damaged data. */
async function isRefused(bytes: Uint8Array): Promise<boolean> {
  try {
    await loadRecords(memorySource({ "a.bin": bytes }), manifest);
    return false;
  } catch (error) {
    if (error instanceof DataError) return true;
    throw error;
  }
}

describe("loadRecords", () => {
  it("joins the files in the manifest's order", async () => {
    const files = { "b.bin": syntheticRecords(3, 1), "a.bin": syntheticRecords(2, 2) };
    const set = await loadRecords(memorySource(files), manifestOf(files));
    expect(set.length).toBe(5);
    expect([...set.labels]).toEqual([0, 1, 2, 0, 1]);
    // Pixel (0, 0) of the first image of each file: one byte from each plane.
    const b = files["b.bin"];
    const a = files["a.bin"];
    expect([...set.image(0).subarray(0, 3)]).toEqual([b[1], b[1 + 1024], b[1 + 2048]]);
    expect([...set.image(3).subarray(0, 3)]).toEqual([a[1], a[1 + 1024], a[1 + 2048]]);
  });

  it("refuses every truncation of a file", async () => {
    let accepted = 0;
    for (let length = 0; length < intact.length; length++) {
      if (!(await isRefused(intact.subarray(0, length)))) accepted++;
    }
    expect(accepted).toBe(0);
  });

  it("refuses a file with one bit flipped, wherever it is", async () => {
    const rng = randomStream(0, "test-bit-flips");
    const damaged = intact.slice();
    let accepted = 0;
    for (let i = 0; i < 3000; i++) {
      const at = rng.integer(damaged.length);
      const bit = 1 << rng.integer(8);
      damaged[at] ^= bit;
      if (!(await isRefused(damaged))) accepted++;
      damaged[at] ^= bit;
    }
    expect(accepted).toBe(0);
    expect(await isRefused(damaged)).toBe(false);
  });

  it("names sizes and file when bytes are missing", async () => {
    await expect(
      loadRecords(memorySource({ "a.bin": intact.subarray(0, 512) }), manifest),
    ).rejects.toThrow(/expected 30730 bytes in a\.bin, got 512; .*get it again/);
  });

  it("names both hashes when the content is another", async () => {
    const other = syntheticRecords(10, 99);
    await expect(loadRecords(memorySource({ "a.bin": other }), manifest)).rejects.toThrow(
      `expected SHA-256 ${sha256Hex(intact)} of a.bin, got ${sha256Hex(other)}`,
    );
  });

  it("refuses a label without a class even under a right hash, naming the record", async () => {
    const bytes = intact.slice();
    bytes[7 * 3073] = 10;
    const load = loadRecords(memorySource({ "a.bin": bytes }), manifestOf({ "a.bin": bytes }));
    await expect(load).rejects.toThrow(/labels in 0\.\.9, got label 10 in record 7/);
    await expect(load).rejects.toBeInstanceOf(DataError);
  });

  it("asks a source that can for a damaged file once more", async () => {
    const reasons: Error[] = [];
    const source: ByteSource = {
      read: () => Promise.resolve(new Uint8Array(5)),
      readAgain: (_, reason) => {
        reasons.push(reason);
        return Promise.resolve(intact);
      },
    };
    expect((await loadRecords(source, manifest)).length).toBe(10);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toBeInstanceOf(DataError);
  });

  it("gives up when the second copy is damaged too", async () => {
    let again = 0;
    const source: ByteSource = {
      read: () => Promise.resolve(new Uint8Array(5)),
      readAgain: () => {
        again++;
        return Promise.resolve(new Uint8Array(6));
      },
    };
    await expect(loadRecords(source, manifest)).rejects.toThrow("got 6");
    expect(again).toBe(1);
  });

  it("passes on what the source throws", async () => {
    const source: ByteSource = { read: () => Promise.reject(new Error("unplugged")) };
    await expect(loadRecords(source, manifest)).rejects.toThrow("unplugged");
  });

  it("says what a source is when it gets something else, or something else comes out", async () => {
    for (const source of [undefined, null, "folder", {}]) {
      await expect(loadRecords(source as ByteSource, manifest)).rejects.toThrow(ArgumentError);
    }
    const source = { read: () => Promise.resolve("text") } as unknown as ByteSource;
    await expect(loadRecords(source, manifest)).rejects.toThrow(/a\.bin as a Uint8Array, got "te/);
  });

  it.each<[string, Partial<RecordManifest>]>([
    ["too few class names", { classNames: ["one"] }],
    ["sizes that are not whole records", { files: [{ ...manifest.files[0], bytes: 100 }] }],
    ["hashes in another form", { files: [{ ...manifest.files[0], sha256: "ABC" }] }],
    ["sizes below 0", { files: [{ ...manifest.files[0], bytes: -3073 }] }],
    ["a label byte outside the label", { layout: { ...manifest.layout, labelByte: 1 } }],
    [
      "another order of pixels",
      { layout: { ...manifest.layout, pixelOrder: "Interleaved" as "interleaved" } },
    ],
  ])("refuses a manifest with %s", async (_, part) => {
    const load = loadRecords(memorySource({ "a.bin": intact }), { ...manifest, ...part });
    await expect(load).rejects.toBeInstanceOf(ArgumentError);
  });
});
