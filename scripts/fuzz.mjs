// Attacks every parser and every options object with seeded, damaged inputs: 10,000 for each, or as
// many as the argument says.
//
//   npm run test:fuzz [-- 100000]

import { spawnSync } from "node:child_process";

const inputs = process.argv[2] ?? "10000";
const FILES = ["fuzz", "test/model/weights/save-load.test.ts", "test/formats/safetensors.test.ts"];
const args = ["vitest", "run", "--project", "node", "--project", "slow", ...FILES];
const { status } = spawnSync("npx", args, {
  stdio: "inherit",
  shell: process.platform === "win32",
  env: { ...process.env, CIFAR_KIT_FUZZ: inputs },
});
process.exit(status ?? 1);
