// Pages of the docs of which programs write parts.

import { readFileSync, writeFileSync } from "node:fs";
import prettier from "prettier";

/** A table in Markdown; the first of the rows is its head. @param texts columns that hold no numbers. */
export function markdownTable(
  [head, ...rows]: readonly (readonly string[])[],
  texts: number,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, i) => (i < texts ? "---" : "---:")));
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** Puts new texts into a page, each between `<!-- name: begin -->` and `<!-- name: end -->`. */
export async function writeParts(
  path: string,
  parts: Readonly<Record<string, string>>,
): Promise<void> {
  let page = readFileSync(path, "utf8");
  for (const [name, text] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
    const [before, rest] = page.split(begin);
    const after = rest?.split(end)[1];
    if (after === undefined) throw new Error(`${path}: expected ${begin} and ${end}`);
    page = `${before}${begin}\n\n${text}\n\n${end}${after}`;
  }
  const style = await prettier.resolveConfig(path);
  writeFileSync(path, await prettier.format(page, { ...style, filepath: path }));
}
