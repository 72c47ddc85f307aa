/**
 * Says whether this tree can be published: run by `npm publish` before anything else happens.
 *
 *     node scripts/check-release.mjs
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { version, repository } = JSON.parse(readFileSync("package.json", "utf8"));
const changelog = readFileSync("CHANGELOG.md", "utf8");
const changes = spawnSync("git", ["status", "--porcelain"], { encoding: "utf8" }).stdout;

const problems = [];
if (changes !== "") problems.push(`these files are not committed:\n${changes.trimEnd()}`);
if (
  !new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d\\d-\\d\\d$`, "m").test(
    changelog,
  )
) {
  problems.push(`CHANGELOG.md has no section "## [${version}] - <year>-<month>-<day>"`);
}
if (typeof repository?.url !== "string") {
  problems.push(
    "package.json names no repository; npm compares it with where the package was built",
  );
}
for (const problem of problems) console.error(`not ready: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
