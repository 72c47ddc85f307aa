/** All pieces of advice in the library's errors, out of its sources. */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));

const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.includes(`${sep}assembly${sep}`))
  .map((name) => {
    const text = readFileSync(join(SOURCE, name), "utf8");
    return { name, tree: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true) };
  });

/** The texts that an expression may be; what is filled in stands as `{}`. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join("")];
  }
  if (ts.isConditionalExpression(node)) {
    return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  }
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [textsOf(node.left), textsOf(node.right)];
    return node.operatorToken.kind === ts.SyntaxKind.PlusToken
      ? left.flatMap((start) => right.map((end) => start + end))
      : [...left, ...right];
  }
  // A variable: its texts are found where it gets its value.
  return [];
}

function everyNode(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    everyNode(child, visit);
  });
}

/** At which place functions and constructors take a remedy, by their names. */
function remedyPlaces(): Map<string, number> {
  const places = new Map<string, number>();
  for (const { tree } of sources) {
    everyNode(tree, (node) => {
      if (!ts.isFunctionLike(node)) return;
      const place = node.parameters.findIndex((parameter) => parameter.name.getText() === "remedy");
      if (place === -1) return;
      const named =
        ts.isConstructorDeclaration(node) || ts.isArrowFunction(node) ? node.parent : node;
      const { name } = named as { name?: ts.Node };
      if (name) places.set(name.getText(), place);
    });
  }
  return places;
}

/** Advice by area: the folder of `src/`, or "shared" for the files beside the folders. */
export function collectRemedies(): Map<string, Set<string>> {
  const places = remedyPlaces();
  const found = new Map<string, Set<string>>();
  for (const { name, tree } of sources) {
    const area = name.includes(sep) ? name.split(sep)[0] : "shared";
    const texts = found.get(area) ?? new Set<string>();
    const add = (expression: ts.Expression | undefined): void => {
      if (expression) for (const text of textsOf(expression)) texts.add(text);
    };
    everyNode(tree, (node) => {
      if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
        const place = places.get(node.expression.getText());
        if (place !== undefined) add(node.arguments?.[place]);
      } else if (ts.isPropertyAssignment(node) && node.name.getText() === "remedy") {
        add(node.initializer);
      } else if (
        (ts.isVariableDeclaration(node) || ts.isParameter(node)) &&
        /(^|_)remedy$/i.test(node.name.getText())
      ) {
        add(node.initializer);
      } else if (ts.isFunctionDeclaration(node) && /remedy/i.test(node.name?.text ?? "")) {
        everyNode(node, (part) => {
          if (ts.isReturnStatement(part)) add(part.expression);
        });
      } else if (ts.isVariableDeclaration(node) && node.name.getText() === "REMEDIES") {
        everyNode(node, (part) => {
          if (ts.isPropertyAssignment(part)) add(part.initializer);
        });
      }
    });
    if (texts.size > 0) found.set(area, texts);
  }
  return found;
}
