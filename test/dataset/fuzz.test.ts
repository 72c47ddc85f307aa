import { gzipSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decodeIdx } from "../../src/dataset/decode-idx.ts";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import { decompress } from "../../src/bytes/decompress.ts";
import { decodePng } from "../../src/bytes/png.ts";
import { readTar } from "../../src/node/tar.ts";
import { tar } from "../node/tar-writer.ts";
import { fuzz, FUZZ_INPUTS } from "./fuzz.ts";
import { encodePng } from "./png-encoder.ts";
import { syntheticRecords } from "./synthetic.ts";

const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, ...new Array<number>(24));
const archive = tar([
  { name: "folder/", type: "5" },
  { name: "folder/a.bin", data: Buffer.alloc(700, 1) },
  { name: "folder/b.bin", data: Buffer.alloc(10, 2) },
]);

const size = { width: 6, height: 10 };
const png = encodePng(new Uint8Array(180).fill(7), { ...size, filters: [4, 3, 2, 1, 0] });
// The filtered rows themselves: in a file the CRCs keep most damage from them.
const rows = new Uint8Array(190).fill(3);

async function readArchive(bytes: Uint8Array): Promise<number> {
  const chunks = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  const wanted = new Map([
    ["folder/a.bin", 1000],
    ["folder/b.bin", 1000],
  ]);
  let total = 0;
  for await (const file of readTar(chunks, wanted)) total += file.bytes.length;
  return total;
}

describe("damaged files", () => {
  it.each([
    ["records", syntheticRecords(1), (bytes: Uint8Array) => decodeRecords(bytes)],
    ["IDX", idx, decodeIdx],
    [
      "gzip",
      gzipSync(idx),
      (bytes: Uint8Array) => decompress("test", { format: "gzip", what: "gzip file" }, bytes, 100),
    ],
    ["tar", archive, readArchive],
    [
      "PNG",
      png,
      (bytes: Uint8Array) =>
        decodePng(bytes, size, (data, most) => inflateSync(data, { maxOutputLength: most })),
    ],
    ["PNG rows", rows, (bytes: Uint8Array) => decodePng(png, size, () => bytes)],
  ])("give only the library's errors: %s", async (_, valid, parse) => {
    await parse(valid);
    const { accepted, refused, strange, growth } = await fuzz(valid, parse);
    expect(strange).toEqual([]);
    expect(accepted + refused).toBe(FUZZ_INPUTS);
    expect(refused).toBeGreaterThan(FUZZ_INPUTS / 4);
    // A leak of a byte for each input would show in the long run.
    expect(growth).toBeLessThan(2 ** 21);
  });
});
