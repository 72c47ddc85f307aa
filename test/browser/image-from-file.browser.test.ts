import { describe, expect, it } from "vitest";
import { DataError, resizeImage } from "cifar-kit";
import { imageFromFile } from "cifar-kit/browser";

type Paint = (context: OffscreenCanvasRenderingContext2D) => void;

async function picture(
  width: number,
  height: number,
  paint: Paint,
  type = "image/png",
): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  paint(canvas.getContext("2d")!);
  return canvas.convertToBlob({ type, quality: 1 });
}

/** Left half red, right half blue. */
const halves: Paint = (context) => {
  const { width, height } = context.canvas;
  context.fillStyle = "rgb(200, 0, 0)";
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = "rgb(0, 0, 200)";
  context.fillRect(width / 2, 0, width / 2, height);
};

describe("imageFromFile", () => {
  it("gives the bytes of a picture that has the size already", async () => {
    const image = await imageFromFile(await picture(32, 32, halves));
    expect(image).toHaveLength(32 * 32 * 3);
    expect([...image.slice(0, 3)]).toEqual([200, 0, 0]);
    expect([...image.slice(31 * 3, 32 * 3)]).toEqual([0, 0, 200]);
  });

  it("makes a picture smaller as resizeImage does, cropped to the middle", async () => {
    const file = await picture(200, 100, halves);
    const image = await imageFromFile(file, { width: 10, height: 10 });
    const data = new Uint8Array(200 * 100 * 3);
    for (let i = 0; i < 200 * 100; i++) data[3 * i + (i % 200 < 100 ? 0 : 2)] = 200;
    const pixels = { data, width: 200, height: 100, channels: 3 };
    expect(image).toEqual(resizeImage(pixels, [10, 10, 3], { fit: "crop" }));
    const stretched = await imageFromFile(file, { width: 10, height: 10, fit: "stretch" });
    expect(stretched).toEqual(resizeImage(pixels, [10, 10, 3]));
  });

  it("puts what is transparent on white", async () => {
    const image = await imageFromFile(await picture(8, 8, () => undefined));
    expect(image.every((value) => value === 255)).toBe(true);
  });

  it.each(["image/jpeg", "image/webp"])("reads %s", async (type) => {
    const image = await imageFromFile(await picture(64, 48, halves, type));
    expect(image[0]).toBeGreaterThan(180);
    expect(image[2]).toBeLessThan(30);
  });

  it("reads a picture of 40 megapixels", async () => {
    const image = await imageFromFile(await picture(8000, 5000, halves, "image/jpeg"));
    expect(image[0]).toBeGreaterThan(180);
    expect(image[31 * 3 + 2]).toBeGreaterThan(180);
  });

  it("refuses more than 50 megapixels before anything is decoded", async () => {
    const header = new Uint8Array(await (await picture(1, 1, halves)).arrayBuffer());
    new DataView(header.buffer).setUint32(16, 20_000);
    new DataView(header.buffer).setUint32(20, 30_000);
    const reading = imageFromFile(new Blob([header]));
    await expect(reading).rejects.toBeInstanceOf(DataError);
    await expect(reading).rejects.toThrow(
      /expected a picture of at most 50 megapixels, got 20000 x 30000, 600 megapixels; make it/,
    );
  });

  it("says that a file is no picture, or a damaged one", async () => {
    const intact = new Uint8Array(await (await picture(32, 32, halves)).arrayBuffer());
    const cases: [Blob, RegExp][] = [
      [new File(["hello"], "notes.txt"), /got another file \("notes.txt"\); choose a picture/],
      [new Blob([]), /got an empty file/],
      [new Blob([intact.slice(0, 20)]), /got another file/],
      [new Blob([intact.slice(0, 60)]), /an intact PNG picture .*cannot decode/],
      [new Blob(["<svg xmlns='http://www.w3.org/2000/svg'/>"]), /got another file/],
    ];
    for (const [file, message] of cases) {
      await expect(imageFromFile(file)).rejects.toThrow(message);
      await expect(imageFromFile(file)).rejects.toBeInstanceOf(DataError);
    }
    await expect(imageFromFile("x" as never)).rejects.toThrow(/a file or another Blob/);
    await expect(imageFromFile(new Blob(), { width: 0 })).rejects.toThrow(/width to be/);
  });
});
