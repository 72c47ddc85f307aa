import { deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodePng, type Inflate } from "../../src/bytes/png.ts";
import { DataError } from "../../src/errors.ts";
import { randomStream } from "../../src/random/stream.ts";
import { chunk, encodePng, SIGNATURE } from "../dataset/png-encoder.ts";

const inflate: Inflate = (data, maxBytes) => inflateSync(data, { maxOutputLength: maxBytes });

const width = 6;
const height = 10;
const rng = randomStream(0, "test-png");
const pixels = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(256));
const decode = (bytes: Uint8Array): Promise<Uint8Array> =>
  decodePng(bytes, { width, height }, inflate);

describe("decodePng", () => {
  it.each([
    ["no filter", []],
    ["Sub", Array(height).fill(1)],
    ["Up", Array(height).fill(2)],
    ["Average", Array(height).fill(3)],
    ["Paeth", Array(height).fill(4)],
    ["a different filter in each row", [4, 3, 2, 1, 0, 1, 4, 2, 3, 3]],
  ])("undoes %s", async (_, filters) => {
    expect(await decode(encodePng(pixels, { width, height, filters }))).toEqual(pixels);
  });

  it("joins image data from many chunks and skips chunks that need not be understood", async () => {
    const png = encodePng(pixels, { width, height, chunkBytes: 7 });
    const text = chunk("tEXt", Buffer.from("Comment\0hello"));
    const with33 = Buffer.concat([png.subarray(0, 33), text, png.subarray(33)]);
    expect(await decode(with33)).toEqual(pixels);
  });

  const png = encodePng(pixels, { width, height });
  const iend = chunk("IEND", Buffer.alloc(0));
  const empty = Buffer.alloc(0);
  const dataOf = (raw: Uint8Array): Buffer =>
    Buffer.concat([png.subarray(0, 33), chunk("IDAT", deflateSync(raw)), iend]);
  const rowBytes = 1 + 3 * width;
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", empty, /a PNG signature/],
    ["another signature", Buffer.from("GIF89a..."), /a PNG signature/],
    ["nothing after the signature", SIGNATURE, /IEND chunk, got the end of the file/],
    ["no header", Buffer.concat([SIGNATURE, iend]), /IHDR first/],
    ["two headers", Buffer.concat([png.subarray(0, 33), png.subarray(8)]), /only once/],
    ["another size", encodePng(pixels, { width: 5, height: 12 }), /6 x 10 pixels, got 5 x 12/],
    ["16 bits", encodePng(pixels, { width, height, format: [16, 2, 0, 0, 0] }), /8-bit RGB/],
    ["alpha", encodePng(pixels, { width, height, format: [8, 6, 0, 0, 0] }), /8-bit RGB/],
    ["interlacing", encodePng(pixels, { width, height, format: [8, 2, 0, 0, 1] }), /8-bit RGB/],
    ["an unknown filter", encodePng(pixels, { width, height, filters: [5] }), /filters 0 to 4/],
    ["bytes after the end", Buffer.concat([png, Buffer.of(0)]), /after IEND/],
    ["an unknown critical chunk", insert(chunk("PLTE", Buffer.alloc(3))), /only the chunks/],
    ["no image data", Buffer.concat([png.subarray(0, 33), iend]), /inflates|image data/],
    ["too little image data", dataOf(new Uint8Array(rowBytes)), /190 bytes of image data, got 19/],
    ["a bomb", dataOf(new Uint8Array(1e7)), /image data that inflates/],
    [
      "a chunk longer than the file",
      insert(Buffer.from("7fffffff49444154", "hex")),
      /2147483647 bytes in chunk 1/,
    ],
  ])("refuses %s", async (_, bytes, message) => {
    await expect(decode(bytes)).rejects.toThrow(message);
    await expect(decode(bytes)).rejects.toBeInstanceOf(DataError);
  });

  it("refuses every truncation and every bit flip", async () => {
    for (let length = 0; length < png.length; length++) {
      await expect(decode(png.subarray(0, length))).rejects.toBeInstanceOf(DataError);
    }
    // Each bit is covered: by the signature, a length, a CRC, or the end of the file.
    for (let bit = 0; bit < png.length * 8; bit++) {
      const damaged = Buffer.from(png);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      await expect(decode(damaged)).rejects.toBeInstanceOf(DataError);
    }
  });

  function insert(piece: Buffer): Buffer {
    const whole = encodePng(pixels, { width, height });
    return Buffer.concat([whole.subarray(0, 33), piece, whole.subarray(33)]);
  }
});
