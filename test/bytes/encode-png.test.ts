import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { imageUrl } from "../../src/plots/image-url.ts";
import { randomStream } from "../../src/random/stream.ts";
import { readPng } from "../plots/read-png.ts";

const noise = (length: number): Uint8Array => {
  const rng = randomStream(3, "noise");
  return Uint8Array.from({ length }, () => rng.integer(256));
};

describe("encodePng", () => {
  it.each([
    [1, 1, 1],
    [3, 5, 2],
    [32, 32, 3],
    [7, 2, 4],
    // More bytes than one stored block holds, and exactly as many.
    [200, 150, 3],
    [1, 65534, 1],
    [5, 13106, 1],
  ])("writes what another decoder reads: %i x %i x %i", (height, width, channels) => {
    const pixels = noise(height * width * channels);
    const png = encodePng(pixels, [height, width, channels]);
    expect(readPng(png)).toEqual({ width, height, channels, pixels });
  });

  it("writes the CRC of every chunk", () => {
    const png = encodePng(noise(48), [4, 4, 3]);
    const view = new DataView(png.buffer);
    const names = [];
    for (let at = 8; at < png.length; at += view.getUint32(at) + 12) {
      const end = at + 8 + view.getUint32(at);
      names.push(String.fromCharCode(...png.subarray(at + 4, at + 8)));
      expect(view.getUint32(end)).toBe(crc32(png.subarray(at + 4, end)));
    }
    expect(names).toEqual(["IHDR", "IDAT", "IEND"]);
  });
});

describe("imageUrl", () => {
  const decode = (url: string) => readPng(Buffer.from(url.split(",")[1], "base64"));

  it("is a data URL of the image", () => {
    const pixels = noise(48);
    const url = imageUrl(pixels, [4, 4, 3]);
    expect(url).toMatch(/^data:image\/png;base64,/);
    expect(decode(url).pixels).toEqual(pixels);
  });

  it("reduces large images by averaging, edges included", () => {
    // Rows 0, 1, 2 of 386 columns become 1 row of 129: factor 3.
    const pixels = Uint8Array.from({ length: 2 * 386 }, (_, i) => (i < 386 ? 10 : 20));
    pixels[385] = 110;
    pixels[2 * 386 - 1] = 120;
    const { width, height, pixels: reduced } = decode(imageUrl(pixels, [2, 386, 1]));
    expect([height, width]).toEqual([1, 129]);
    expect(reduced[0]).toBe(15);
    // The last block has the columns 384 and 385 only: (10 + 20 + 110 + 120) / 4.
    expect(reduced[128]).toBe(65);
  });
});
