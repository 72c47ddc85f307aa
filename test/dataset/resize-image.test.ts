import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import type { Interpolation } from "../../src/dataset/resample.ts";
import { resizeImage } from "../../src/dataset/resize-image.ts";
import { ArgumentError } from "../../src/errors.ts";

interface Source {
  readonly source: ImageShape;
  readonly data: string;
}
const pillow = JSON.parse(
  readFileSync(new URL("../fixtures/dataset/pillow.json", import.meta.url), "utf8"),
) as {
  cases: (Source & {
    shape: ImageShape;
    interpolation: Interpolation;
    stretch: string;
    crop: string;
  })[];
  crops: (Source & { crop: string })[];
  luma: Source & { grey: string };
};

const decode = (text: string): number[] => [...Buffer.from(text, "base64")];
const picture = ({ source: [height, width, channels], data }: Source) => ({
  data: Uint8Array.from(decode(data)),
  height,
  width,
  channels,
});

describe("resizeImage", () => {
  it("gives Pillow's values, bit for bit, stretched and cropped", () => {
    expect(pillow.cases.length).toBe(60);
    for (const item of pillow.cases) {
      for (const fit of ["stretch", "crop"] as const) {
        const { shape, interpolation } = item;
        const values = resizeImage(picture(item), shape, { interpolation, fit });
        const what = `${item.source.join("x")} to ${shape.join("x")}, ${interpolation}, ${fit}`;
        expect([...values], what).toEqual(decode(item[fit]));
      }
    }
  });

  it("takes the edges of a part in single precision, as Pillow does", () => {
    expect(pillow.crops.length).toBe(40);
    for (const item of pillow.crops) {
      const values = resizeImage(picture(item), [7, 11, 1], { fit: "crop" });
      expect([...values], item.source.join("x")).toEqual(decode(item.crop));
    }
  });

  it("gives bytes of its own where there is nothing to do, of a Buffer too", () => {
    const data = Buffer.from([1, 2]);
    resizeImage({ data, width: 2, height: 1, channels: 1 }, [1, 2, 1]).fill(9);
    expect([...data]).toEqual([1, 2]);
  });

  it("makes grey of colours as Pillow does", () => {
    const [height, width] = pillow.luma.source;
    const grey = resizeImage(picture(pillow.luma), [height, width, 1]);
    expect([...grey]).toEqual(decode(pillow.luma.grey));
  });

  it("repeats grey as colours and puts what is transparent on white", () => {
    const pixels = (channels: number, ...data: number[]) => ({
      data: Uint8Array.from(data),
      width: 2,
      height: 1,
      channels,
    });
    expect([...resizeImage(pixels(1, 5, 9), [1, 2, 3])]).toEqual([5, 5, 5, 9, 9, 9]);
    expect([...resizeImage(pixels(2, 5, 0, 9, 255), [1, 2, 1])]).toEqual([255, 9]);
    // 100 at an alpha of 51, a fifth: 20 + 204.
    const half = resizeImage(pixels(4, 1, 2, 3, 0, 100, 0, 255, 51), [1, 2, 3]);
    expect([...half]).toEqual([255, 255, 255, 224, 204, 255]);
  });

  it("gives a copy where there is nothing to do", () => {
    const data = Uint8Array.of(1, 2, 3);
    const same = resizeImage({ data, width: 1, height: 1, channels: 3 }, [1, 1, 3]);
    expect(same).toEqual(data);
    expect(same.buffer).not.toBe(data.buffer);
  });

  it("refuses what cannot be", () => {
    const one = { data: Uint8Array.of(1), width: 1, height: 1, channels: 1 };
    const resize =
      (picture: object, shape: unknown, options: object = {}) =>
      () =>
        resizeImage({ ...one, ...picture }, shape as ImageShape, options);
    expect(resize({ width: 2 }, [1, 1, 1])).toThrow(/data to be 2 bytes for 1 x 2 x 1/);
    expect(resize({ channels: 5 }, [1, 1, 1])).toThrow(/channels to be a whole number in \[1, 4\]/);
    expect(resize({}, [1, 1])).toThrow(/\[height, width, channels\]/);
    expect(resize({}, [1, 1, 4])).toThrow(/imageShape\[2\] to be one of 1, 3/);
    expect(resize({}, [0, 1, 1])).toThrow(/imageShape\[0\]/);
    expect(resize({}, [1, 1e6, 1])).toThrow(/imageShape\[1\] to be a whole number in \[1, 65536\]/);
    expect(resize({}, [1, 1, 1], { interpolation: "nearest" })).toThrow(ArgumentError);
    expect(resize({}, [1, 1, 1], { fit: "pad" })).toThrow(/fit to be one of "stretch", "crop"/);
    expect(resize({}, [1, 1, 1], { filter: "x" })).toThrow(/unknown option "filter"/);
  });
});
