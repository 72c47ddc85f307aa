import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import type { Archive } from "../../src/node/archive.ts";
import { archiveSource } from "../../src/node/archive-source.ts";
import { CIFAR100_ARCHIVE, cifar100Source } from "../../src/node/cifar100-source.ts";
import { tgz } from "./tar-writer.ts";
import { temporaryFolders } from "./temporary-folder.ts";

// Built as the authors' archive is, with a folder and a file that nobody asks for.
const MAGIC = "ustar  \0";
const BYTES = tgz([
  { name: "cifar-100-binary/", type: "5", magic: MAGIC },
  { name: "cifar-100-binary/fine_label_names.txt", data: Buffer.from("apple\n"), magic: MAGIC },
  { name: "cifar-100-binary/test.bin", data: Buffer.alloc(3074, 1), magic: MAGIC },
  { name: "cifar-100-binary/train.bin", data: Buffer.alloc(6148, 2), magic: MAGIC },
]);
const ARCHIVE: Archive = {
  url: "https://data.test/archive.tar.gz",
  name: "archive.tar.gz",
  bytes: BYTES.length,
  sha256: createHash("sha256").update(BYTES).digest("hex"),
  folder: "cifar-100-binary/",
  files: [
    { name: "train.bin", bytes: 6148 },
    { name: "test.bin", bytes: 3074 },
  ],
};

const newFolder = temporaryFolders();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A source that downloads from a local server, and what happened meanwhile. */
async function localSource(served: Uint8Array, cacheDir = newFolder(), archive = ARCHIVE) {
  const log = { requests: 0, warnings: [] as string[], last: 0 };
  const server = createServer((_, response) => {
    log.requests++;
    response.end(served);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const source = archiveSource(archive, {
    subject: "cifar100Source",
    cacheDir,
    onProgress: ({ bytes }) => (log.last = bytes),
    warn: (text) => log.warnings.push(text),
    network: { backoffMs: 1, fetch: (_, init) => fetch(`http://127.0.0.1:${port}/`, init) },
  });
  return { source, log, cacheDir };
}

describe("archiveSource", () => {
  it("downloads the archive once and hands out its files", async () => {
    const { source, log, cacheDir } = await localSource(BYTES);
    const [train, test] = await Promise.all([source.read("train.bin"), source.read("test.bin")]);
    expect([train.length, train[0], test.length, test[0]]).toEqual([6148, 2, 3074, 1]);
    expect(log).toEqual({ requests: 1, warnings: [], last: BYTES.length });
    expect(readdirSync(cacheDir)).toEqual(["archive.tar.gz"]);
    await source.read("test.bin");
    expect(log.requests).toBe(1);
  });

  it("takes an archive that was put into the cache by hand", async () => {
    const { source, log, cacheDir } = await localSource(BYTES);
    writeFileSync(join(cacheDir, "archive.tar.gz"), BYTES);
    expect((await source.read("train.bin")).length).toBe(6148);
    expect(log.requests).toBe(0);
  });

  it.each([
    ["truncated", BYTES.subarray(1)],
    ["altered", BYTES.map((byte, i) => (i === 200 ? byte ^ 1 : byte))],
  ])("fetches an archive anew that is %s in the cache", async (_, damaged) => {
    const { source, log, cacheDir } = await localSource(BYTES);
    writeFileSync(join(cacheDir, "archive.tar.gz"), damaged);
    expect((await source.read("train.bin")).length).toBe(6148);
    expect(log.requests).toBe(1);
    expect(log.warnings[0]).toMatch(/deleting .*archive\.tar\.gz and fetching it again/);
  });

  it("refuses a download with another hash, and keeps nothing of it", async () => {
    const other = BYTES.map((byte, i) => (i === 200 ? byte ^ 1 : byte));
    const { source, cacheDir } = await localSource(other);
    const reading = source.read("train.bin");
    await expect(reading).rejects.toThrow(/SHA-256 [0-9a-f]{64} of archive\.tar\.gz, got /);
    await expect(reading).rejects.toBeInstanceOf(DataError);
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it("says in its own name what to do without the archive", async () => {
    const source = archiveSource(ARCHIVE, {
      subject: "cifar100Source",
      cacheDir: newFolder(),
      onProgress: () => undefined,
      warn: () => undefined,
      network: { fetch: () => Promise.resolve(new Response(null, { status: 404 })) },
    });
    await expect(source.read("train.bin")).rejects.toThrow(
      /^cifar100Source: .*HTTP status 404; check the network, or put the file into .* by hand/,
    );
  });

  it("says which folder cannot be used", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const { source } = await localSource(BYTES, file);
    await expect(source.read("train.bin")).rejects.toThrow(SourceError);
    await expect(source.read("train.bin")).rejects.toThrow(/CIFAR_KIT_CACHE/);
  });

  it("names the files that there are", async () => {
    const { source } = await localSource(BYTES);
    await expect(source.read("data_batch_1.bin")).rejects.toThrow(/train\.bin, test\.bin/);
  });
});

describe("cifar100Source", () => {
  it("is about the two official files", () => {
    expect(CIFAR100_ARCHIVE.files).toEqual([
      { name: "train.bin", bytes: 153_700_000 },
      { name: "test.bin", bytes: 30_740_000 },
    ]);
  });

  it("does nothing before it is read, and checks its options", () => {
    const cacheDir = join(newFolder(), "cache");
    cifar100Source({ cacheDir });
    expect(existsSync(cacheDir)).toBe(false);
    expect(() => cifar100Source({ cachedir: "x" } as object)).toThrow(/did you mean cacheDir/);
    expect(() => cifar100Source({ cacheDir: "" })).toThrow(ArgumentError);
    expect(() => cifar100Source({ onProgress: true } as object)).toThrow(ArgumentError);
  });
});
