import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type PictureHeader,
  readPictureHeader,
} from "../../../src/dataset/pictures/picture-header.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/dataset/treatments/${name}`, import.meta.url));
const headerOf = (bytes: Uint8Array): Promise<PictureHeader | undefined> =>
  readPictureHeader((from, to) => Promise.resolve(bytes.subarray(from, to)));

/** A PNG with another chunk behind its first one. */
function withChunk(type: string, data: string): Buffer {
  const png = fixture("rgb-16.png");
  const chunk = Buffer.from(`\0\0\0\0${type}${data}\0\0\0\0`, "latin1");
  chunk.writeUInt32BE(data.length, 0);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

describe("what a picture says of its orientation", () => {
  it("may stand in a text of its own", async () => {
    const bytes = withChunk("tEXt", 'XML:com.adobe.xmp\0 tiff:Orientation="3"');
    expect(await headerOf(bytes)).toMatchObject({ width: 14, height: 9, orientation: 3 });
  });

  it.each([
    ["zTXt", "XML:com.adobe.xmp\0\0no zlib stream"],
    ["iTXt", "XML:com.adobe.xmp"],
    ["iTXt", "XML:com.adobe.xmp\0\x01\0en"],
    ["tEXt", "Raw profile type exif\0\nexif\n       2\nzzzz"],
    ["tEXt", "Raw profile type exif\0"],
    ["tEXt", ""],
    ["eXIf", ""],
    ["eXIf", "MM\0*\xff\xff\xff\xff"],
  ])("is nothing where it is damaged: %s %j", async (type, data) => {
    const header = await headerOf(withChunk(type, data));
    expect(header).toMatchObject({ width: 14, height: 9 });
    expect(header?.orientation).toBeUndefined();
  });

  it.each(["xmp.jpg", "xmp-iTXt-zip.png", "raw-exif-zTXt.png", "xmp.webp", "xmp.tif"])(
    "is never looked for behind the end of a file: %s",
    async (name) => {
      const bytes = fixture(name);
      for (let end = 0; end < bytes.length; end += 11) {
        const header = await headerOf(bytes.subarray(0, end));
        if (header) expect([14, 9]).toEqual([header.width, header.height]);
      }
    },
  );
});
