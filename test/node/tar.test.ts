import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.ts";
import { gunzipFile } from "../../src/node/gunzip.ts";
import { readTar } from "../../src/node/tar.ts";
import { tar, TAR_END, tarEntry, type TarEntry } from "./tar-writer.ts";

const A = Buffer.from("contents of a");
const B = Buffer.alloc(1500, 7);
const GENUINE: readonly TarEntry[] = [
  { name: "data/", type: "5" },
  { name: "data/a.bin", data: A },
  { name: "data/readme.html", data: Buffer.from("<html>") },
  { name: "data/b.bin", data: B },
];
const WANTED = new Map([
  ["data/a.bin", A.length],
  ["data/b.bin", B.length],
]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cifar-kit-tar-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, bytes } of readTar(chunks, WANTED)) {
    files[name] = Buffer.from(bytes).toString("latin1");
  }
  return files;
}

const read = (bytes: Uint8Array, size = 4096): Promise<Record<string, string>> =>
  collect(pieces(bytes, size));
const contents = { "data/a.bin": A.toString("latin1"), "data/b.bin": B.toString("latin1") };

describe("readTar", () => {
  it.each([1, 7, 511, 512, 513, 100_000])(
    "reads wanted files from chunks of %i bytes",
    async (n) => {
      expect(await read(tar(GENUINE), n)).toEqual(contents);
    },
  );

  // GNU tar 1.34: tar -c --format=<format> --sort=name --owner=0 --group=0 --mtime=@0 data | gzip -9n
  it.each([
    [
      "gnu",
      "H4sIAAAAAAACA+3WQQ7CIBCF4dl5DU6gUKCch1pN3EDS4v2tXbZRV9Ro/28zk8Du5SXTxxJPUpeeBO/nOVnO9W60a1pRXjZwH0sclJIh5/Lu36f3H9U/84/H7pbq5t869zp/4xf5G2udKE3+1Z1zKpdURpWvKgr2Zu5/99X+N8G6Vf9doP9bOAAA/g7XDQAAAAAAAAAAwP48ANw167kAKAAA",
    ],
    [
      "ustar",
      "H4sIAAAAAAACA+3WTQ7CIBhFUWZugxVoofysh1pNnEDS4v7FDmnUETXaeyYfCSSEvLyEMeRwEm11hbd2mUU912ulvHZCWrGB+5zDVK6fUsrvzn3arx/3I8Zn/uE43GLb/J0xr/NXtspfu94I2ZF/c+cU8yXmWaarDAJ7s/R/+Gr/te/Nqv/G0/8tHAAAf4ffDQAAAAAAAAAAwP48AGJBcNYAKAAA",
    ],
  ])("reads what GNU tar writes in its format %s", async (_, base64) => {
    expect(await read(gunzipSync(Buffer.from(base64, "base64")))).toEqual(contents);
  });

  it("joins the prefix to the name", async () => {
    const [, a, , b] = GENUINE;
    const split = { ...a, name: "a.bin", prefix: "data" };
    expect(await read(tar([split, b]))).toEqual(contents);
  });

  it("refuses every truncation", async () => {
    const whole = tar(GENUINE);
    for (let length = 0; length < whole.length; length += 13) {
      await expect(read(whole.subarray(0, length))).rejects.toBeInstanceOf(DataError);
    }
  });

  const [, a, , b] = GENUINE;
  const outside = { data: A };
  const base256 = (first: number): Uint8Array => Uint8Array.of(first, ...Array<number>(11).fill(1));
  const many = Array.from({ length: 100_000 }, () => tarEntry({ name: "x" }).subarray(0, 512));
  it.each<[string, Buffer, RegExp]>([
    [
      "a symbolic link",
      tar([{ name: "data/a.bin", type: "2", linkName: "/etc/passwd" }]),
      /type "2"/,
    ],
    ["a link to outside", tar([{ name: "x", type: "2", linkName: "../.." }, a, b]), /type "2"/],
    ["a hard link", tar([{ name: "x", type: "1", linkName: "/etc/passwd" }, a, b]), /type "1"/],
    ["a character device", tar([{ name: "x", type: "3" }, a, b]), /type "3"/],
    ["a block device", tar([{ name: "x", type: "4" }, a, b]), /type "4"/],
    ["a FIFO", tar([{ name: "x", type: "6" }, a, b]), /type "6"/],
    [
      "a pax header",
      tar([{ name: "x", type: "x", data: Buffer.from("9 size=1\n") }, a, b]),
      /type "x"/,
    ],
    ["a global pax header", tar([{ name: "x", type: "g" }, a, b]), /type "g"/],
    [
      "a GNU long name",
      tar([{ name: "x", type: "L", data: Buffer.alloc(1e6, 97) }, a, b]),
      /type "L"/,
    ],
    ["a sparse file", tar([{ name: "x", type: "S" }, a, b]), /type "S"/],
    ["a directory with contents", tar([{ name: "data/", type: "5", data: A }, a, b]), /type "5"/],
    ["the same name twice", tar([a, a, b]), /a\.bin only once/],
    ["a file, then a link of its name", tar([a, { ...a, type: "2" }, b]), /type "2"/],
    ["a negative size", tar([{ ...a, size: "-0000000013\0" }, b]), /octal digits/],
    ["a size that is no number", tar([{ ...a, size: "garbage!!!!\0" }, b]), /octal digits/],
    ["an empty size", tar([{ ...a, size: "\0".repeat(12) }, b]), /octal digits/],
    ["a binary size", tar([{ ...a, size: base256(0x80) }, b]), /octal digits/],
    ["a negative binary size", tar([{ ...a, size: base256(0xff) }, b]), /octal digits/],
    [
      "a size beyond the archive",
      tar([{ name: "x", size: "77777777777\0" }, a, b]),
      /end of the file/,
    ],
    [
      "a wanted file that is too large",
      tar([{ ...a, data: Buffer.alloc(14) }, b]),
      /at most 13 bytes/,
    ],
    ["a claim to be very large", tar([{ ...a, size: "77777777777\0" }, b]), /at most 13 bytes/],
    ["a wrong checksum", tar([{ ...a, checksum: "000000\0 " }, b]), /checksums/],
    ["a checksum that is no number", tar([{ ...a, checksum: "zzzzzz\0 " }, b]), /checksum/],
    ["an old header", tar([{ ...a, magic: "\0".repeat(8) }, b]), /ustar/],
    ["no end", tar([a, b], Buffer.alloc(0)), /two zero blocks/],
    ["half an end", tar([a, b], Buffer.alloc(512)), /two zero blocks/],
    [
      "one zero block, then more",
      Buffer.concat([tar([a, b], Buffer.alloc(512)), tar([a])]),
      /got one zero block/,
    ],
    ["a missing file", tar([a]), /data\/b\.bin, got an archive without/],
    ["a name that only looks the same", tar([{ ...a, name: "data/../data/a.bin" }, b]), /without/],
    ["a name in other letters", tar([{ ...a, name: "DATA/A.BIN" }, b]), /without/],
    ["100,000 entries", Buffer.concat([...many, TAR_END]), /at most 1000 entries/],
    ["nothing but zeros", Buffer.alloc(1e6), /got an archive without/],
    ["no bytes", Buffer.alloc(0), /end of the file/],
  ])("refuses %s", async (_, bytes, message) => {
    const files = read(bytes, 65_536);
    await expect(files).rejects.toThrow(message);
    await expect(files).rejects.toBeInstanceOf(DataError);
  });

  it.each([
    "../x",
    "../../../../tmp/x",
    "/absolute",
    "C:x",
    "C:..\\x",
    "\\\\host\\x",
    "data/\u00df.bin",
    "d/".repeat(49),
    "__proto__",
  ])("ignores a file of the name %j", async (name) => {
    expect(await read(tar([{ ...outside, name }, a, b]))).toEqual(contents);
  });

  it("cannot write, for it imports nothing that could", () => {
    const source = readFileSync(new URL("../../src/node/tar.ts", import.meta.url), "utf8");
    expect([...source.matchAll(/from "(.*)"/g)].map((match) => match[1])).toEqual(["../errors.ts"]);
  });
});

describe("gunzipFile", () => {
  const archive = tar(GENUINE);
  const from = async (bytes: Uint8Array, maxBytes = 10_000): Promise<Record<string, string>> => {
    const path = join(folder, "archive.tgz");
    writeFileSync(path, bytes);
    return await collect(gunzipFile(path, maxBytes));
  };
  const whole = gzipSync(archive);

  it("gives the contents, also of an archive in two gzip members", async () => {
    expect(await from(whole)).toEqual(contents);
    const two = Buffer.concat([
      gzipSync(archive.subarray(0, 700)),
      gzipSync(archive.subarray(700)),
    ]);
    expect(await from(two)).toEqual(contents);
  });

  it("refuses damage", async () => {
    const wrongChecksum = Buffer.from(whole);
    wrongChecksum[whole.length - 8] ^= 1;
    for (const bytes of [wrongChecksum, whole.subarray(0, -1), whole.subarray(0, 40), archive, A]) {
      await expect(from(bytes)).rejects.toThrow(/gunzip: expected an intact gzip file/);
    }
    await expect(from(Buffer.alloc(0))).rejects.toBeInstanceOf(DataError);
  });

  it("stops a bomb at the limit", async () => {
    // An archive that is followed by 200 MB of zeros, in 200 kB.
    const bomb = gzipSync(Buffer.concat([archive, Buffer.alloc(200e6)]), { level: 1 });
    await expect(from(bomb)).rejects.toThrow(/at most 10000 bytes after decompression/);
  });

  it("passes on that there is no such file", async () => {
    await expect(collect(gunzipFile(join(folder, "missing"), 1e6))).rejects.toThrow(/ENOENT/);
  });
});
