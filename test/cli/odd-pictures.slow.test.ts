/** What docs/how-to/from-a-folder-to-a-model.md promises, on 300 pictures as people have them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { writeOddPictures } from "../../scripts/write-odd-pictures.ts";
import { REAL_DATA_TIMEOUT } from "../helpers/real-data.ts";
import { called } from "./called.ts";

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "cifar-kit-odd-"));
/** Of one core; two do it in less than half of it. */
const MOST_SECONDS = 120;

beforeAll(async () => {
  process.chdir(folder);
  await writeOddPictures("pictures");
}, REAL_DATA_TIMEOUT);
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

interface Results {
  readonly accuracy: number;
  readonly pictures: number;
  readonly data: {
    readonly classes: readonly { name: string; train: number; validation: number }[];
    readonly leftOut: readonly { path: string; reason: string }[];
  };
}

it("gets nine of ten pictures right that it kept apart, names the odd ones, and knows a new one", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const began = process.cpuUsage();
  const { code, out } = await called("train", "pictures", "--seed", "1", "--json");
  const { user, system } = process.cpuUsage(began);
  expect(code).toBe(0);
  expect((user + system) / 1e6).toBeLessThan(MOST_SECONDS);

  const { accuracy, pictures, data } = JSON.parse(out) as Results;
  expect(accuracy).toBeGreaterThanOrEqual(0.9);
  expect(pictures).toBe(60);
  // What is turned, transparent, a WebP or a link is there.
  expect(data.classes.map(({ name, train, validation }) => [name, train + validation])).toEqual([
    ["car", 73],
    ["cat", 75],
    ["frog", 75],
    ["ship", 75],
  ]);
  expect(data.leftOut.map(({ path }) => path)).toEqual(["car/6.jpg", "car/9.jpg"]);
  const page = readFileSync("pictures-model/report.html", "utf8");
  for (const { path, reason } of data.leftOut) {
    expect(warn.mock.calls.flat().join("\n")).toContain(`${path} (${reason})`);
    expect(page).toContain(path);
  }

  const answer = await called(
    "classify",
    "pictures-new.jpg",
    "--model",
    "pictures-model",
    "--json",
  );
  expect(JSON.parse(answer.out)).toMatchObject([{ path: "pictures-new.jpg", className: "frog" }]);
});
