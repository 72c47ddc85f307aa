/** What the demo page weighs, as a server sends it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSite } from "./open-pages.ts";

let site: Awaited<ReturnType<typeof buildSite>>;
let assets: string;
beforeAll(async () => {
  site = await buildSite("demo");
  assets = join(site.folder, "assets");
});
afterAll(() => {
  site?.remove();
});

const read = (name: string): string => readFileSync(join(assets, name), "utf8");

/** The gzipped bytes of the files of a part; the page and the Worker have their own. */
const weights = (part: string): number[] =>
  readdirSync(assets)
    .filter((name) => new RegExp(`^${part}-[\\w-]{8}\\.js$`).test(name))
    .map((name) => gzipSync(read(name), { level: 9 }).length);

/** What a file loads along with itself, whatever it imports in turn included. */
function loadedWith(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, next] of read(name).matchAll(
    /(?:from|import)\s*["\x60]\.\/([\w.-]+\.js)["\x60]/g,
  )) {
    loadedWith(next, seen);
  }
  return seen;
}

describe("the built demo page", () => {
  it("has the library in less than 43.5 kB, for the page and for the Worker", () => {
    const found = weights("cifar-kit");
    expect(found).toHaveLength(2);
    for (const bytes of found) {
      expect(bytes).toBeGreaterThan(20_000);
      expect(bytes).toBeLessThan(43_500);
    }
  });

  it("has the simd backend in less than 95 kB more", () => {
    const found = weights("simd");
    expect(found).toHaveLength(1);
    expect(found[0]).toBeGreaterThan(20_000);
    expect(found[0]).toBeLessThan(95_000);
  });

  it("loads no plots, and nothing for other backends, before they are asked for", () => {
    const page = readFileSync(join(site.folder, "index.html"), "utf8");
    const entry = /src="\.\/assets\/([\w.-]+\.js)"/.exec(page)![1];
    const first = [...loadedWith(entry)];
    expect(first.some((name) => name.startsWith("cifar-kit"))).toBe(true);
    expect(first.filter((name) => /plots|vega|simd|wasm|webg/.test(name))).toEqual([]);
    expect(page).not.toMatch(/plots|vega/);
  });
});
