import { describe, expect, it } from "vitest";
import { CIFAR10_LAYOUT } from "../../src/dataset/cifar10.ts";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import type { RecordLayout } from "../../src/dataset/manifest.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { syntheticRecords } from "./synthetic.ts";

describe("decodeRecords", () => {
  it("turns planes into interleaved pixels, row by row", () => {
    const bytes = syntheticRecords(4);
    const { images, labels } = decodeRecords(bytes);
    expect([...labels]).toEqual([0, 1, 2, 3]);
    const expected = new Uint8Array(images.length);
    for (let n = 0; n < 4; n++) {
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          for (let c = 0; c < 3; c++) {
            expected[((n * 32 + y) * 32 + x) * 3 + c] = bytes[n * 3073 + 1 + c * 1024 + y * 32 + x];
          }
        }
      }
    }
    expect(images).toEqual(expected);
  });

  it("reads other layouts: more label bytes, other shapes, interleaved pixels", () => {
    const layout: RecordLayout = {
      labelBytes: 2,
      labelByte: 1,
      numClasses: 100,
      imageShape: [1, 2, 2],
      pixelOrder: "planar",
    };
    const bytes = Uint8Array.of(9, 77, 1, 2, 3, 4, 8, 55, 5, 6, 7, 8);
    expect(decodeRecords(bytes, layout)).toEqual({
      images: Uint8Array.of(1, 3, 2, 4, 5, 7, 6, 8),
      labels: Uint8Array.of(77, 55),
    });
    expect(decodeRecords(bytes, { ...layout, pixelOrder: "interleaved" }).images).toEqual(
      Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    );
  });

  it("refuses a layout that contradicts itself", () => {
    const bytes = syntheticRecords(1);
    for (const part of [{ labelByte: 1 }, { pixelOrder: "rgb" }, { numClasses: 0 }]) {
      const layout = { ...CIFAR10_LAYOUT, ...part } as RecordLayout;
      expect(() => decodeRecords(bytes, layout)).toThrow(ArgumentError);
    }
  });

  it("decodes a view into a larger buffer", () => {
    const bytes = syntheticRecords(2);
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 7);
    expect(decodeRecords(larger.subarray(7))).toEqual(decodeRecords(bytes));
  });

  it("refuses bytes that are not whole records", () => {
    for (const length of [0, 1, 3072, 3074, 2 * 3073 - 1]) {
      expect(() => decodeRecords(new Uint8Array(length))).toThrow(DataError);
    }
    expect(() => decodeRecords(new Uint8Array(3072))).toThrow(
      /whole records of 3073 bytes, at least one, got 3072 bytes/,
    );
  });

  it("refuses every label from 10 to 255 and names the record", () => {
    for (let label = 10; label < 256; label++) {
      const bytes = syntheticRecords(2);
      bytes[3073] = label;
      expect(() => decodeRecords(bytes)).toThrow(
        new RegExp(`expected labels in 0\\.\\.9, got label ${label} in record 1;`),
      );
    }
  });

  it("asks for bytes when it gets something else", () => {
    expect(() => decodeRecords([1, 2] as unknown as Uint8Array)).toThrow(ArgumentError);
  });
});
