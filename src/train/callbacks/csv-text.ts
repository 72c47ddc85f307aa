import { DataError } from "../../errors.ts";
import { describe } from "../../checks.ts";

/** What a new line has to know of the text that it follows. */
interface CsvTail {
  /** The columns behind `epoch`; `undefined` if the text has no whole head. */
  readonly keys: readonly string[] | undefined;
  /** The last line, if it was not written to its end, else `""`. */
  readonly cut: string;
}

/** A line of CSV with its end, as Python's `csv` writes it. */
export function csvLine(cells: readonly string[], separator: string): string {
  return `${cells.map((cell) => quote(cell, separator)).join(separator)}\r\n`;
}

/** Reads the head of a log, and sees how the log ends. */
export function csvTail(subject: string, text: unknown, separator: string): CsvTail {
  const lines = typeof text === "string" ? text.split(/\r?\n/) : [""];
  const [first = "", ...keys] = cellsOf(lines[0], separator);
  const hasHead = lines.length > 1;
  if (typeof text !== "string" || !(hasHead ? first === "epoch" : "epoch".startsWith(first))) {
    throw new DataError({
      subject,
      expected: `append to give the text of a log, whose first line is epoch${separator}...`,
      got: describe(typeof text === "string" ? lines[0] : text),
      remedy: "pass the text of such a file, or write to another one",
    });
  }
  return { keys: hasHead ? keys : undefined, cut: lines.at(-1)! };
}

/** What has to be written behind a line that was cut short, before the next one. */
export function endOfLine(cut: string): string {
  if (cut === "") return "";
  return cut.endsWith("\r") ? "\n" : "\r\n";
}

function quote(cell: string, separator: string): string {
  const isPlain = !cell.includes(separator) && !/["\r\n]/.test(cell);
  return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

/** The cells of a line; what stands in quotes may hold the separator. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let open = "";
  for (const piece of line.split(separator)) {
    const cell = open + piece;
    const isOpen = cell.split('"').length % 2 === 0;
    open = isOpen ? cell + separator : "";
    if (!isOpen) cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
  }
  return cells;
}
