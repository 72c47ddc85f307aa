/** JSON as Python's `json` writes and reads it: numbers may be NaN or infinite. */
import type { JsonValue } from "../../text/json.ts";

/** Stands before what is a number, inside of a text: no text of a journal begins so. */
const MARK = "\u0000number ";
const WRITTEN = /"\\u0000number (NaN|-?Infinity)"/g;
const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g;

/** A value as one line. */
export function toPythonJson(value: JsonValue): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? MARK + String(part) : part,
  ).replace(WRITTEN, "$1");
}

/** The value of a line. @throws {SyntaxError} if it has none. */
export function fromPythonJson(line: string): JsonValue {
  try {
    return JSON.parse(line) as JsonValue;
  } catch (error) {
    const marked = line.replace(TEXT_OR_NUMBER, (part) =>
      part.startsWith('"') ? part : JSON.stringify(MARK + part),
    );
    if (marked === line) throw error;
    return JSON.parse(marked, (_, part: unknown) =>
      typeof part === "string" && part.startsWith(MARK) ? Number(part.slice(MARK.length)) : part,
    ) as JsonValue;
  }
}
