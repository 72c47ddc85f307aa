import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { describe as describeValue } from "../../src/checks.ts";
import { DataError } from "../../src/errors.ts";
import { classificationReport } from "../../src/metrics/classification-report.ts";
import { cifar10Source } from "../../src/node/cifar10-source.ts";
import { printProgress } from "../../src/node/download-progress.ts";
import { folderSource } from "../../src/node/folder-source.ts";
import { printable, printableLines } from "../../src/text/printable.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";

const ESC = "\u001b";
/** Turns what follows red, erases the screen, and reverses letters. */
const NASTY = `${ESC}[31m${ESC}[2Jcat\u0007\u009b\u202egpj.exe\r`;
const newFolder = temporaryFolders();

describe("names on a terminal", () => {
  it("show what would move it as escapes, and leave letters as they are", () => {
    expect(printable("a\u001b[31mb\u007f\u009b\u202e\n\ud800")).toBe(
      "a\\u001b[31mb\\u007f\\u009b\\u202e\\u000a\\ud800",
    );
    for (const plain of ["Zürich 東京.png", "e\u0301", "😀 \\u001b", "قط"]) {
      expect(printable(plain)).toBe(plain);
    }
    expect(printableLines("a\nb\r")).toBe("a\nb\\u000d");
  });

  it("are shown so in every error, also where another program's message quotes them", async () => {
    const error = new DataError({ subject: "x", expected: NASTY, got: NASTY, remedy: NASTY });
    expect(error.message).toBe(printable(error.message));
    const failure = await folderSource(join(newFolder(), NASTY))
      .read(NASTY)
      .catch((cause: unknown) => String(cause));
    expect(failure).toContain("\\u001b[31m");
    expect(failure).toBe(printable(String(failure)));
    expect(describeValue(`\u202e\u009b`)).toBe('"\\u202e\\u009b"');
  });

  it("are shown so in reports, on one line", () => {
    const text = String(classificationReport([0, 1], [0, 1], { targetNames: [NASTY, "b\nc"] }));
    expect(text).toBe(printableLines(text));
    expect(text.split("\n")).toHaveLength(
      String(classificationReport([0, 1], [0, 1])).split("\n").length,
    );
  });

  it("are shown so while data are fetched", async () => {
    const written: string[] = [];
    const progress = printProgress({ write: (text: string) => written.push(text) > 0 });
    const cacheDir = `/${NASTY}`;
    progress({ phase: "download", from: "npm", bytes: 0, totalBytes: 1, cacheDir });
    expect(written.join("")).toContain("\\u001b[31m");
    expect(written.join("")).not.toContain(ESC);

    // A folder in the place of a file: the source says so on the standard error.
    const cache = join(newFolder(), NASTY);
    mkdirSync(join(cache, "test_batch.bin"), { recursive: true });
    const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    try {
      const source = cifar10Source({ cacheDir: cache, from: "npm", onProgress: () => undefined });
      const reason = new DataError({ subject: "x", expected: "a", got: "b", remedy: "c" });
      await source.readAgain?.("test_batch.bin", reason).catch(() => undefined);
    } finally {
      stderr.mockRestore();
    }
    expect(written.at(-1)).toMatch(/\\u001b\[31m.*is damaged/);
    expect(written.join("")).not.toContain(`${ESC}[31m`);
  });
});
