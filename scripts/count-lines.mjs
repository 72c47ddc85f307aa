/**
 * Counts the lines of each room of src/ that say something: comments, imports and lines of nothing but
 * brackets are left out, and so are generated files. Beside it all lines that are no comments.
 *
 *     npm run lines
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
const { FirstPunctuation, LastPunctuation } = ts.SyntaxKind;

/** How many lines of a file say something, and how many there are with imports and brackets. */
function linesOf(path) {
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const [code, all] = [new Set(), new Set()];
  const lineAt = (at) => file.getLineAndCharacterOfPosition(at).line;
  const visit = (node, isImport) => {
    if (ts.isJSDoc(node)) return;
    const children = node.getChildren(file);
    const isFrom = isImport || ts.isImportDeclaration(node) || Boolean(node.moduleSpecifier);
    for (const child of children) visit(child, isFrom);
    if (children.length > 0 || node.getWidth(file) === 0) return;
    const isMute = isFrom || (node.kind >= FirstPunctuation && node.kind <= LastPunctuation);
    for (let line = lineAt(node.getStart(file)); line <= lineAt(node.end - 1); line++) {
      all.add(line);
      if (!isMute) code.add(line);
    }
  };
  visit(file, false);
  return [code.size, all.size];
}

const rooms = new Map();
const sum = [0, 0];
for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".ts") || name.endsWith(".generated.ts")) continue;
  const [room] = name.split(sep);
  const counts = rooms.get(room) ?? [0, 0];
  rooms.set(room, counts);
  linesOf(join(SOURCE, name)).forEach((count, i) => {
    counts[i] += count;
    sum[i] += count;
  });
}
const rows = [
  ...[...rooms].sort(([, [a]], [, [b]]) => b - a),
  ["sum", sum],
  ["sum without simd", sum.map((count, i) => count - rooms.get("simd")[i])],
];
console.log("  code     all");
for (const [room, [code, all]] of rows) {
  console.log(`${String(code).padStart(6)}  ${String(all).padStart(6)}  ${room}`);
}
