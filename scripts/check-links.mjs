/**
 * Checks the links of all Markdown files under version control and, if it has been built, of the
 * reference in docs/api: every file that a link names must be there, and every heading or anchor in it.
 * Addresses on the web are not visited.
 *
 *     node scripts/check-links.mjs
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const REFERENCE = join(ROOT, "docs/api");

/** Markdown without its code, where brackets are no links. */
const withoutCode = (text) =>
  text.replace(/^(```|~~~).*?^\1$/gms, "").replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, "");

/** The addresses that a page links to or shows. */
function targets(file, text) {
  if (file.endsWith(".md")) {
    const inline = withoutCode(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g);
    return Array.from(inline, ([, target]) => target);
  }
  return Array.from(text.matchAll(/\s(?:href|src)="([^"]*)"/g), ([, target]) => target);
}

/** GitHub's name for a heading. */
const slug = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*]/g, "")
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

/** The places in a page that a link can name. */
function anchors(file) {
  const text = readFileSync(file, "utf8");
  if (!file.endsWith(".md")) {
    return new Set(Array.from(text.matchAll(/\s(?:id|name)="([^"]*)"/g), ([, id]) => id));
  }
  const seen = new Map();
  const code = text.replace(/^(```|~~~).*?^\1$/gms, "");
  return new Set(
    Array.from(code.matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm), ([, heading]) => {
      const name = slug(heading);
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  );
}

/** What is wrong with a link; `undefined` if nothing is. */
function problem(file, target) {
  if (/^(https?:|mailto:|data:)/.test(target)) return undefined;
  const [path, anchor = ""] = target.split("#");
  const to = path === "" ? file : resolve(dirname(file), decodeURIComponent(path.split("?")[0]));
  if (!existsSync(to)) return "is not there";
  if (relative(ROOT, to).startsWith("..")) return "lies outside the repository";
  if (anchor === "" || statSync(to).isDirectory() || !/\.(md|html)$/.test(to)) return undefined;
  return anchors(to).has(decodeURIComponent(anchor)) ? undefined : "has no such heading";
}

const listed = spawnSync(
  "git",
  ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
  {
    cwd: ROOT,
    encoding: "utf8",
  },
).stdout;
const pages = listed
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)))
  .map((path) => join(ROOT, path));
if (existsSync(REFERENCE)) {
  for (const path of readdirSync(REFERENCE, { recursive: true })) {
    if (path.endsWith(".html")) pages.push(join(REFERENCE, path));
  }
}

let links = 0;
const broken = [];
for (const file of pages) {
  for (const target of targets(file, readFileSync(file, "utf8"))) {
    links++;
    const what = problem(file, target);
    if (what) broken.push(`${relative(ROOT, file)}: ${target} ${what}`);
  }
}
for (const line of broken) console.error(line);
console.log(`${links} links in ${pages.length} pages, ${broken.length} broken`);
process.exit(broken.length === 0 && links > 0 ? 0 : 1);
