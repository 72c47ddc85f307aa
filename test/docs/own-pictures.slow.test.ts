/** The how-to for own pictures learns: its printed code, on pictures that its own script writes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { writePictures } from "../../scripts/write-pictures.ts";
import { REAL_DATA_TIMEOUT } from "../helpers/real-data.ts";
import { pageCode, ROOT } from "./doc-code.ts";

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "cifar-kit-pictures-"));
const sources = join(ROOT, "runs", `own-pictures-${process.pid}`);

beforeAll(async () => {
  await writePictures(join(folder, "pictures"));
  mkdirSync(sources, { recursive: true });
  process.chdir(folder);
}, REAL_DATA_TIMEOUT);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  rmSync(sources, { recursive: true });
});

it("gets at least nine of ten pictures right that it did not train on", async () => {
  let printed = "";
  vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    printed += `${values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ")}\n`;
  });
  const warn = vi.spyOn(console, "warn");
  const program = join(sources, "page.ts");
  writeFileSync(program, pageCode("docs/how-to/train-on-your-own-pictures.md").program);
  await import(/* @vite-ignore */ program);
  expect(printed).toContain("400 pictures of frog, ship");
  const [, accuracy, support] = /accuracy +(\d\.\d+) +(\d+)/.exec(printed)!;
  expect(Number(support)).toBe(120);
  expect(Number(accuracy)).toBeGreaterThanOrEqual(0.9);
  // Nor are the moving averages behind.
  expect(warn.mock.calls.flat().join("\n")).not.toContain("moving averages");
});
