import { afterEach, describe, expect, it, vi } from "vitest";
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

  it("makes a picture smaller as resizeImage does, with its default fit", async () => {
    const file = await picture(200, 100, halves);
    const image = await imageFromFile(file, { width: 10, height: 10, fit: "crop" });
    const data = new Uint8Array(200 * 100 * 3);
    for (let i = 0; i < 200 * 100; i++) data[3 * i + (i % 200 < 100 ? 0 : 2)] = 200;
    const pixels = { data, width: 200, height: 100, channels: 3 };
    expect(image).toEqual(resizeImage(pixels, [10, 10, 3], { fit: "crop" }));
    const stretched = await imageFromFile(file, { width: 10, height: 10 });
    expect(stretched).toEqual(resizeImage(pixels, [10, 10, 3]));
    const grey = await imageFromFile(file, { imageShape: [10, 10, 1], interpolation: "lanczos" });
    expect(grey).toEqual(resizeImage(pixels, [10, 10, 1], { interpolation: "lanczos" }));
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
      [
        new File(["hello"], "notes.txt"),
        /got a file of another kind \("notes.txt"\); choose a picture/,
      ],
      [new Blob([]), /got an empty file/],
      [new Blob([intact.slice(0, 20)]), /got only a part of a picture/],
      [new Blob([intact.slice(0, 60)]), /an intact PNG picture .*cannot decode/],
      [new Blob(["<svg xmlns='http://www.w3.org/2000/svg'/>"]), /got an SVG or another XML file/],
    ];
    for (const [file, message] of cases) {
      await expect(imageFromFile(file)).rejects.toThrow(message);
      await expect(imageFromFile(file)).rejects.toBeInstanceOf(DataError);
    }
    await expect(imageFromFile("x" as never)).rejects.toThrow(/a file or another Blob/);
    await expect(imageFromFile(new Blob(), { width: 0 })).rejects.toThrow(/width to be/);
  });
});

/** What Pillow makes of files of every kind, written by test/fixtures/dataset/make-treatments.py. */
const FIXTURES = "/test/fixtures/dataset/";
interface Treatment {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly RGB: string;
  readonly L: string;
}

/** How far values may be off: decoders round AVIF's colours and inks differently. */
const toleranceOf = (name: string): number => {
  if (name.endsWith(".avif")) return 2;
  return /cmyk|ycck/.test(name) ? 1 : 0;
};

describe("a picture that a page decodes", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const fixture = async (name: string): Promise<File> =>
    new File([await (await fetch(`${FIXTURES}treatments/${name}`)).blob()], name);

  it("has the pixels that Pillow, and so imageFolder, gives it", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { files } = (await (await fetch(`${FIXTURES}treatments.json`)).json()) as {
      files: Treatment[];
    };
    const shown = files.filter(({ name }) => !name.endsWith(".tif"));
    expect(shown.length).toBeGreaterThan(55);
    for (const { name, width, height, RGB, L } of shown) {
      const file = await fixture(name);
      for (const [values, channels] of [
        [RGB, 3],
        [L, 1],
      ] as const) {
        const image = await imageFromFile(file, { imageShape: [height, width, channels] });
        const wanted = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
        expect(image.length, name).toBe(wanted.length);
        const off = image.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - wanted[i])),
          0,
        );
        expect(off, name).toBeLessThanOrEqual(toleranceOf(name));
      }
    }
    expect(warn.mock.calls).toEqual(
      Array(2).fill([
        expect.stringMatching(
          /grey of 16 bits is cut off at 255, .* in the picture \("grey-16.png"\)/,
        ),
      ]),
    );
  });

  it("is refused by name where browsers do not show it", async () => {
    await expect(imageFromFile(await fixture("alpha.tif"))).rejects.toThrow(
      /got a TIFF picture \("alpha.tif"\); choose a picture, or save it in one of these formats/,
    );
  });

  it("is the same in strips and tiles as in one piece", async () => {
    // Wider than a tile, and more rows than a strip has.
    const [width, height] = [5000, 700];
    const file = await picture(width, height, (context) => {
      for (let x = 0; x < width; x += 50) {
        context.fillStyle = `rgb(${x % 256}, ${(x / 20) % 256}, ${x % 199})`;
        context.fillRect(x, (x * 7) % 300, 40, 400);
      }
    });
    const bitmap = await createImageBitmap(file, { premultiplyAlpha: "none" });
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const whole = { data: new Uint8Array(data.buffer), width, height, channels: 4 };
    expect(await imageFromFile(file)).toEqual(resizeImage(whole, [32, 32, 3]));
  });
});
