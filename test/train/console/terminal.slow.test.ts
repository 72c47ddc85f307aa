/** What a run leaves on a real terminal of 80 columns. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const COLUMNS = 80;
const PROGRAM = fileURLToPath(new URL("./terminal-program.ts", import.meta.url));
const TSX = fileURLToPath(new URL("../../../node_modules/tsx/dist/cli.mjs", import.meta.url));
const hasScript = spawnSync("script", ["--version"]).status === 0;

/** The rows of a terminal after this text, and how often a row was too short for it. */
function shownBy(text: string): { rows: string[]; breaks: number; live: string[] } {
  const rows = [""];
  const live = new Set<string>();
  let [column, breaks] = [0, 0];
  // A code of the terminal, or a character.
  for (const [part] of text.matchAll(/\x1b\[[\d;]*[A-Za-z]|[^]/g)) {
    const row = rows.at(-1)!;
    if (part === "\x1b[K") rows[rows.length - 1] = row.slice(0, column);
    else if (part === "\r") {
      live.add(row);
      column = 0;
    } else if (part === "\n") {
      rows.push("");
      column = 0;
    } else if (!part.startsWith("\x1b")) {
      if (column === COLUMNS) {
        breaks++;
        rows.push("");
        column = 0;
      }
      const before = rows.at(-1)!;
      rows[rows.length - 1] = before.slice(0, column) + part + before.slice(column + 1);
      column++;
    }
  }
  return { rows: rows.map((row) => row.trimEnd()), breaks, live: [...live] };
}

// Of util-linux: makes a terminal for the program.
describe.skipIf(!hasScript)("a run on a terminal of 80 columns", () => {
  it.each(["keras2", "keras3"])("shows loss and accuracy, live and afterwards: %s", (style) => {
    const command = `stty columns ${COLUMNS} && "${process.execPath}" "${TSX}" "${PROGRAM}" ${style} 2>/dev/null`;
    const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8" });
    const { rows, breaks, live } = shownBy(stdout.replaceAll("\r\n", "\n"));
    expect(breaks).toBe(0);
    const drawn = live.filter((row) => row.includes("/40 "));
    expect(drawn.length).toBeGreaterThan(2);
    for (const row of drawn) {
      expect(row).toMatch(/ loss: /);
      expect(row).toMatch(/ accuracy: /);
    }
    const finished = rows.filter((row) => row.startsWith("40/40"));
    expect(finished).toHaveLength(2);
    expect(rows.filter((row) => /^  .*val_accuracy: \d\.\d+/.test(row))).toHaveLength(2);
  });
});
