/** The demo page's data, wherever the platform keeps caches. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultCacheDir } from "../../src/node/cache-dir.ts";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";

type Answer = (request: object, response: object, next: () => void) => void;
let folder = "";

beforeAll(async () => {
  await realCifar10();
}, REAL_DATA_TIMEOUT);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cifar-kit-cache-"));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe("serveData", () => {
  it("answers with the files of cifar10Source's cache, and with a sample of them", async () => {
    symlinkSync(defaultCacheDir(), join(folder, "cifar-kit"), "junction");
    vi.stubEnv("CIFAR_KIT_CACHE", "");
    vi.stubEnv("XDG_CACHE_HOME", folder);
    const { serveData } = await import("../../examples/browser/serve-data.ts");
    let answer: Answer = () => undefined;
    const { configureServer } = serveData() as unknown as {
      configureServer: (server: { middlewares: { use(answer: Answer): void } }) => void;
    };
    configureServer({ middlewares: { use: (given) => (answer = given) } });
    const get = (url: string): Promise<Uint8Array | number | "next"> =>
      new Promise((resolve) => {
        const response = {
          setHeader: () => undefined,
          writeHead: (status: number) => ({
            end: () => {
              resolve(status);
            },
          }),
          end: resolve,
        };
        answer({ url }, response, () => {
          resolve("next");
        });
      });
    expect(await get("/data/test_batch.bin")).toHaveLength(30_730_000);
    const manifest = JSON.parse(String(await get("/sample/manifest.json"))) as {
      files: { name: string; sha256: string }[];
    };
    expect(manifest.files.map(({ name }) => name)).toEqual(["train.bin", "test.bin"]);
    for (const { name, sha256 } of manifest.files) {
      const bytes = (await get(`/sample/${name}?t=1`)) as Uint8Array;
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
    expect(await get("/data/other.bin")).toBe(404);
    expect(await get("/src/main.ts")).toBe("next");
  });

  it("builds the page without a sample, and says so, where there are no data to be had", async () => {
    // A cache that cannot be: a file stands where its folder would.
    vi.stubEnv("CIFAR_KIT_CACHE", join(import.meta.filename, "cache"));
    const { serveData } = await import("../../examples/browser/serve-data.ts");
    const { generateBundle } = serveData() as unknown as { generateBundle: () => Promise<void> };
    const bundle = { warn: vi.fn(), emitFile: vi.fn() };
    await generateBundle.call(bundle);
    expect(bundle.emitFile).not.toHaveBeenCalled();
    expect(bundle.warn.mock.calls).toEqual([
      [expect.stringMatching(/^The page is built without its sample: cifar10Source: /)],
    ]);
  });
});
