import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../src/errors.ts";
import { gunzipFile } from "../../src/node/gunzip.ts";
import { readTar } from "../../src/node/tar.ts";
import {
  CONTENTS,
  GENUINE,
  IGNORED,
  REFUSED,
  REFUSED_GZIP,
  WANTED,
  withIgnored,
} from "./hostile-archives.ts";
import { tar } from "./tar-writer.ts";

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

describe("readTar", () => {
  it.each([1, 7, 511, 512, 513, 100_000])(
    "reads wanted files from chunks of %i bytes",
    async (n) => {
      expect(await read(tar(GENUINE), n)).toEqual(CONTENTS);
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
    expect(await read(gunzipSync(Buffer.from(base64, "base64")))).toEqual(CONTENTS);
  });

  it("closes what it reads from when nobody wants more, and when it is damaged", async () => {
    let closed = 0;
    async function* counted(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(bytes, 512);
      } finally {
        closed++;
      }
    }
    const files = readTar(counted(tar(GENUINE)), WANTED);
    await files.next();
    await files.return(undefined);
    expect(closed).toBe(1);
    await expect(collect(counted(new Uint8Array(2048).fill(1)))).rejects.toThrow(DataError);
    expect(closed).toBe(2);
  });

  it("joins the prefix to the name", async () => {
    const [, a, , b] = GENUINE;
    const split = { ...a, name: "a.bin", prefix: "data" };
    expect(await read(tar([split, b]))).toEqual(CONTENTS);
  });

  it("refuses every truncation", async () => {
    const whole = tar(GENUINE);
    for (let length = 0; length < whole.length; length += 13) {
      await expect(read(whole.subarray(0, length))).rejects.toBeInstanceOf(DataError);
    }
  });

  it.each(REFUSED)("refuses %s", async (_, bytes, message) => {
    const files = read(bytes, 65_536);
    await expect(files).rejects.toThrow(message);
    await expect(files).rejects.toBeInstanceOf(DataError);
  });

  it.each(IGNORED)("ignores a file of the name %j", async (name) => {
    expect(await read(withIgnored(name))).toEqual(CONTENTS);
  });

  it("cannot write, for it imports nothing that could", () => {
    const source = readFileSync(new URL("../../src/node/tar.ts", import.meta.url), "utf8");
    expect([...source.matchAll(/from "(.*)"/g)].map((match) => match[1])).toEqual([
      "../bytes/bytes.ts",
      "../errors.ts",
    ]);
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
    expect(await from(whole)).toEqual(CONTENTS);
    const two = Buffer.concat([
      gzipSync(archive.subarray(0, 700)),
      gzipSync(archive.subarray(700)),
    ]);
    expect(await from(two)).toEqual(CONTENTS);
  });

  it.each(REFUSED_GZIP)("refuses %s", async (_, bytes) => {
    await expect(from(bytes)).rejects.toThrow(/gunzip: expected (an intact gzip|at most 10000)/);
  });

  it("refuses an empty file", async () => {
    await expect(from(Buffer.alloc(0))).rejects.toBeInstanceOf(DataError);
  });

  it("passes on that there is no such file", async () => {
    await expect(collect(gunzipFile(join(folder, "missing"), 1e6))).rejects.toThrow(/ENOENT/);
  });
});
