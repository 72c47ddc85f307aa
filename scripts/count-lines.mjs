/**
 * Counts the lines of code of each room of src/: blank lines, comments and generated files are left out.
 *
 *     npm run lines
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));

/** How many lines hold a token. */
function linesOf(path) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const lines = new Set();
  const lineAt = (at) => file.getLineAndCharacterOfPosition(at).line;
  const visit = (node) => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    children.forEach(visit);
    if (children.length > 0 || node.getWidth(file) === 0) return;
    for (let line = lineAt(node.getStart(file)); line <= lineAt(node.end - 1); line++)
      lines.add(line);
  };
  visit(file);
  return lines.size;
}

const rooms = new Map();
let sum = 0;
for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".ts") || name.endsWith(".generated.ts")) continue;
  const [room] = name.split(sep);
  const count = linesOf(join(SOURCE, name));
  rooms.set(room, (rooms.get(room) ?? 0) + count);
  sum += count;
}
const rows = [
  ...[...rooms].sort(([, a], [, b]) => b - a),
  ["sum", sum],
  ["sum without simd", sum - rooms.get("simd")],
];
for (const [room, count] of rows) console.log(`${String(count).padStart(6)}  ${room}`);
