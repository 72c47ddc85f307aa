/**
 * The code in the docs. The `ts` blocks of a page are one program, from top to bottom; a block that
 * begins with three backticks and `ts browser` is a program of its own that needs a browser, one with
 * `ts trial.mts` a file of that name beside the program.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The pages whose code is checked, by their paths from the root. */
export const PAGES: readonly string[] = [
  "README.md",
  "docs/guide.md",
  ...readdirSync(`${ROOT}docs/how-to`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/how-to/${name}`),
];

/** The code of a page. */
export interface PageCode {
  /** Each `ts` block. */
  readonly blocks: readonly string[];
  /** All of them, joined. */
  readonly program: string;
  /** Each `ts browser` block. */
  readonly browser: readonly string[];
  /** Each `ts name.mts` block, by its name. */
  readonly files: ReadonlyMap<string, string>;
  /** Each `python` block. */
  readonly python: readonly string[];
  /** Each `text` block: what the program prints. */
  readonly outputs: readonly string[];
}

/** Takes the code out of a page. */
export function pageCode(page: string): PageCode {
  const text = readFileSync(ROOT + page, "utf8");
  const blocks = (info: string): string[] =>
    Array.from(
      text.matchAll(new RegExp(`^\`\`\`${info}\\n(.*?)^\`\`\`$`, "gms")),
      ([, code]) => code,
    );
  return {
    blocks: blocks("ts"),
    program: blocks("ts").join("\n"),
    browser: blocks("ts browser"),
    files: new Map(
      Array.from(text.matchAll(/^```ts ([\w-]+\.mts)\n(.*?)^```$/gms), ([, name, code]) => [
        name,
        code,
      ]),
    ),
    python: blocks("python"),
    outputs: blocks("text"),
  };
}

/** What is left of a program's output on a page or in a file: no carriage returns, no line ends. */
export const outputLines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\r") + 1).trimEnd())
    .filter((line) => line !== "");
