/**
 * `npm test`: everything that the tree promises and that Node and npm alone can check. Types, lint
 * and format first, then the tests; the last line says how many passed and failed.
 *
 * `node scripts/test.mjs --only tests` skips the checks; further arguments go to vitest.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHECKS = ["check", "lint", "format:check", "generated:check"];

const args = process.argv.slice(2);
const testsOnly = args[0] === "--only" && args[1] === "tests";
const vitestArgs = testsOnly ? args.slice(2) : args;

/** Runs a command on this terminal; gives whether it succeeded. */
const run = (command, commandArgs) =>
  spawnSync(command, commandArgs, { stdio: "inherit", shell: process.platform === "win32" })
    .status === 0;

/** Runs a check, and prints what it said once it is done, lest the checks' lines mix. */
const runCheck = (name) =>
  new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", name], {
      shell: process.platform === "win32",
    });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("close", (code) => {
      console.log(`\n> ${name}\n${Buffer.concat(output)}`);
      resolve(code === 0);
    });
  });

// Side by side: each of them keeps a single core busy.
const checked = await Promise.all((testsOnly ? [] : CHECKS).map(runCheck));
const failedChecks = CHECKS.filter((_, i) => checked[i] === false);

// Fetched once here, lest test files that run side by side each fetch it into an empty cache.
const fetched = run("npx", ["tsx", "test/helpers/fetch-real-data.ts"]);

const folder = mkdtempSync(join(tmpdir(), "cifar-kit-test-"));
const report = join(folder, "report.json");
const succeeded = run("npx", [
  "vitest",
  "run",
  "--project",
  "node",
  // By itself vitest leaves one core out: of two, half.
  "--maxWorkers=100%",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...vitestArgs,
]);
let counts = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 0 };
try {
  counts = JSON.parse(readFileSync(report, "utf8"));
} catch {
  console.error("vitest left no report");
}
rmSync(folder, { recursive: true, force: true });

const passed = counts.numPassedTests + (testsOnly ? 0 : CHECKS.length - failedChecks.length);
let failed = counts.numFailedTests + failedChecks.length;
// A file that could not even be loaded has no failed test, yet fails.
if (!succeeded && counts.numFailedTests === 0) failed += 1;
if (!fetched) failed += 1;
if (failedChecks.length > 0) console.log(`\nfailed checks: ${failedChecks.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
