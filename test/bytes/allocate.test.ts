import { describe, expect, it } from "vitest";
import { allocate } from "../../src/bytes/allocate.ts";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import { decompress } from "../../src/bytes/decompress.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { loadRecords } from "../../src/dataset/load-records.ts";
import { oneHot } from "../../src/dataset/one-hot.ts";
import { pictureSet } from "../../src/dataset/picture-set.ts";
import { DataError } from "../../src/errors.ts";
import { confusionMatrix } from "../../src/metrics/confusion-matrix.ts";

/** Far more than any machine has: runtimes differ in what they allow. */
describe("memory whose size the data decide", () => {
  it("is an ordinary array where there is room", () => {
    const purpose = { subject: "x", what: "y", remedy: "z" };
    expect(allocate(Float32Array, 3, purpose)).toEqual(new Float32Array(3));
  });

  const imageShape = [224, 224, 3] as const;
  const set = new ImageSet({
    images: new Uint8Array(224 * 224 * 3),
    labels: Uint8Array.of(0),
    imageShape,
    classNames: ["a"],
  });
  const layout = {
    labelBytes: 1,
    labelByte: 0,
    numClasses: 1,
    imageShape: [10_000, 10_000, 3],
    pixelOrder: "planar",
  } as const;
  const file = { name: "huge.bin", bytes: 1e6 * (3e8 + 1) };
  const doors: [string, RegExp, () => unknown][] = [
    [
      "pictureSet",
      /100000 images of 20000 x 20000 x 3: 120000000000000 bytes \(120000\.0 GB\)/,
      () => {
        const decode = () => Promise.reject(new Error("nothing may be decoded"));
        const files = Array.from({ length: 1e5 }, (_, i) => ({ path: `a/${i}.png`, decode }));
        return pictureSet(files, { imageShape: [20_000, 20_000, 3] });
      },
    ],
    ["ImageSet.subset", /150528000000000 bytes/, () => set.subset({ length: 1e9 })],
    ["oneHot", /4000000000000000 bytes/, () => oneHot(new Uint8Array(1e6), 1e9)],
    [
      "loadRecords",
      /300000000000000 bytes/,
      () =>
        loadRecords(
          { read: () => Promise.reject(new Error("nothing may be read")) },
          { name: "huge", files: [file], layout, classNames: ["a"] },
        ),
    ],
    [
      "gunzip",
      /the decompressed gzip file: 1000000000000000 bytes/,
      () => decompress("gunzip", { format: "gzip", what: "gzip file" }, new Uint8Array(1), 1e15),
    ],
    [
      "confusionMatrix",
      /a matrix of 100000 x 100000 classes/,
      () => {
        const labels = Int32Array.from({ length: 1e5 }, (_, i) => i);
        return confusionMatrix(labels, labels);
      },
    ],
  ];
  it.each(doors)(
    "%s says how many bytes it would take, and what to do",
    async (name, text, run) => {
      const error = await Promise.resolve()
        .then(run)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(error).toBeInstanceOf(DataError);
      const { message } = error as DataError;
      expect(message).toMatch(text);
      expect(message).toMatch(new RegExp(`^${name}: expected memory for .* in one piece, got "`));
    },
  );

  it("follows its own advice: fewer images fit", () => {
    expect(set.subset(new Uint8Array(2))).toHaveLength(2);
    expect(decodeRecords(new Uint8Array(2), { ...layout, imageShape: [1, 1, 1] }).labels).toEqual(
      Uint8Array.of(0),
    );
  });
});
