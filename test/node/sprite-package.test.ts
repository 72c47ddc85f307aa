import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import { DataError } from "../../src/errors.ts";
import { readSpritePackage } from "../../src/node/sprite-package.ts";
import { syntheticRecords } from "../dataset/synthetic.ts";
import { encodePng } from "../dataset/png-encoder.ts";
import { tgz, type TarEntry } from "./tar-writer.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const ROWS = 4;
const records = [syntheticRecords(ROWS, 1), syntheticRecords(ROWS, 2)];
const sprites = [0, 1].map((i) => ({
  png: `package/${i}.png`,
  labels: "package/labels.json",
  firstLabel: i * ROWS,
  recordFile: `${i}.bin`,
}));
const pngs: TarEntry[] = records.map((bytes, i) => ({
  name: `package/${i}.png`,
  data: encodePng(decodeRecords(bytes).images, {
    width: 1024,
    height: ROWS,
    filters: [1, 1, 4, 0],
  }),
}));
const labels = (list: unknown): TarEntry => ({
  name: "package/labels.json",
  data: Buffer.from(JSON.stringify(list)),
});
const LABELS = [0, 1, 2, 3, 0, 1, 2, 3];

const newFolder = temporaryFolders();
async function read(entries: readonly TarEntry[]): Promise<Record<string, Uint8Array>> {
  const path = join(newFolder(), "package.tgz");
  writeFileSync(path, tgz(entries));
  const files: Record<string, Uint8Array> = {};
  for await (const { name, bytes } of readSpritePackage(path, { sprites, rows: ROWS })) {
    files[name] = bytes;
  }
  return files;
}

describe("readSpritePackage", () => {
  it("re-encodes images and labels as record files, bit for bit", async () => {
    const files = await read([...pngs, labels(LABELS)]);
    expect(files).toEqual({ "0.bin": records[0], "1.bin": records[1] });
  });

  it.each<[string, TarEntry[], RegExp]>([
    ["too few labels", [...pngs, labels(LABELS.slice(1))], /4 labels for package\/1\.png, got 3/],
    ["a label without a class", [...pngs, labels([10, ...LABELS])], /list of labels 0\.\.9/],
    ["labels that are no list", [...pngs, labels({ length: 8 })], /list of labels 0\.\.9/],
    ["labels that are no numbers", [...pngs, labels(["cat"])], /list of labels 0\.\.9/],
    [
      "labels that are no JSON",
      [...pngs, { name: "package/labels.json", data: Buffer.from("[1,") }],
      /JSON in package\/labels\.json/,
    ],
    ["no labels", pngs, /package\/labels\.json, got an archive without/],
    ["a missing PNG", [pngs[0], labels(LABELS)], /package\/1\.png, got an archive without/],
    [
      "a PNG that is none",
      [{ ...pngs[0], data: Buffer.from("nonsense") }, pngs[1], labels(LABELS)],
      /a PNG signature/,
    ],
  ])("refuses %s", async (_, entries, message) => {
    await expect(read(entries)).rejects.toThrow(message);
    await expect(read(entries)).rejects.toBeInstanceOf(DataError);
  });
});
