/**
 * Runs tfjs-core's own test-suite on one backend: `run.mjs` bundles this file with the suite and
 * starts it. Prints a JSON summary on the last line. Nothing is left out: two tests less run on simd
 * than on cpu, because they ask for the cpu backend by name.
 */
import { runAll } from "./jasmine.ts";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util";
import { registerSimdBackend } from "../../../src/simd/index.ts";

const [backendName = "simd", wanted = "", threads = "2", relaxedSimd = "auto"] =
  process.argv.slice(2);

const failed: { name: string; message: string }[] = [];
let passed = 0;

if (backendName === "simd") {
  await registerSimdBackend({ threads: Number(threads), relaxedSimd: relaxedSimd as "auto" });
}
setTestEnvs([{ name: backendName, backendName, isDataSync: true }]);
await import("@tensorflow/tfjs-core/dist/tests");
await runAll(
  (name) => name.includes(wanted),
  ({ name, error }) => {
    if (error === undefined) passed++;
    else
      failed.push({
        name,
        message: (error instanceof Error ? error.message : JSON.stringify(error)).slice(0, 300),
      });
  },
);
for (const { name, message } of failed) console.log(`FAILED ${name}\n    ${message}`);
console.log(JSON.stringify({ backendName, passed, failed: failed.length }));
process.exitCode = failed.length === 0 ? 0 : 1;
