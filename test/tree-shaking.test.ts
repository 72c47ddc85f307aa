/** What a program does not use of the library, its bundler can leave out. */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));
/** Entries for pages; the simd backend is used as a whole. */
const ENTRIES = ["index.ts", "metrics/index.ts", "plots/index.ts", "browser/index.ts"];

const parse = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);

/** All modules that the entries load at once; what `import()` loads is left out. */
function loadedAtOnce(): ts.SourceFile[] {
  const found = new Map<string, ts.SourceFile>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    const source = parse(file);
    found.set(file, source);
    for (const statement of source.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const target = statement.moduleSpecifier;
      if (!target || !ts.isStringLiteral(target) || !target.text.startsWith(".")) continue;
      const isType = ts.isImportDeclaration(statement)
        ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : statement.isTypeOnly;
      if (!isType) visit(join(dirname(file), target.text));
    }
  };
  for (const entry of ENTRIES) visit(join(SOURCE, entry));
  return [...found.values()];
}

/** The calls that are made when a module is loaded and are not marked as free of effects. */
function* callsOnLoading(node: ts.Node): Generator<ts.Node> {
  const isStatic =
    !ts.isPropertyDeclaration(node) ||
    node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  if (ts.isFunctionLike(node) || ts.isTypeNode(node) || !isStatic) return;
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const text = node.getSourceFile().text.slice(node.getFullStart(), node.getStart());
    // Bundlers know these by themselves.
    const isKnown = ts.isNewExpression(node) && /^new (Weak)?(Map|Set)\b/.test(node.getText());
    if (!isKnown && !text.includes("@__PURE__")) yield node;
  }
  for (const child of node.getChildren()) yield* callsOnLoading(child);
}

describe("a module of the library", () => {
  const modules = loadedAtOnce();

  it("marks the calls that are made when it is loaded, so that it can be left out", () => {
    expect(modules.length).toBeGreaterThan(150);
    const unmarked = modules.flatMap((source) =>
      source.statements
        .flatMap((statement) => [...callsOnLoading(statement)])
        .map((call) => `${relative(SOURCE, source.fileName)}: ${call.getText().slice(0, 60)}`),
    );
    expect(unmarked).toEqual([]);
  });
});
