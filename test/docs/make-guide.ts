/**
 * Runs the program of docs/guide.md and keeps its pictures and what it prints in docs/images/guide/:
 *
 *     npx tsx test/docs/make-guide.ts
 *
 * It trains for 500 steps on real CIFAR-10: some minutes on two cores. Afterwards the page's `text`
 * blocks have to be brought up to date by hand; test/docs/pages.test.ts tells which lines are not.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputLines, pageCode, ROOT } from "./doc-code.ts";

const PICTURES = join(ROOT, "docs/images/guide");

// In the repository, where packages are found; it runs in a folder of its own, where it writes.
const program = join(ROOT, "runs/guide.ts");
mkdirSync(join(ROOT, "runs"), { recursive: true });
writeFileSync(program, pageCode("docs/guide.md").program);
const folder = mkdtempSync(join(tmpdir(), "cifar-kit-guide-"));
const { status, stdout } = spawnSync(
  process.execPath,
  [join(ROOT, "node_modules/tsx/dist/cli.mjs"), "--tsconfig", join(ROOT, "tsconfig.json"), program],
  { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
);
rmSync(program);
console.log(stdout);
if (status === 0) {
  cpSync(join(folder, "pictures"), PICTURES, { recursive: true });
  writeFileSync(join(PICTURES, "output.txt"), `${outputLines(stdout).join("\n")}\n`);
}
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
