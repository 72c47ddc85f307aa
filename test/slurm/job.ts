/**
 * A small run as a job: on its first start it waits half-way until it is told to end. `--task`, `--runs` as
 * examples/slurm/train.ts has them.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { stateHash, trainPhase } from "cifar-kit";
import { fileCheckpointStore, InterruptError, interruptSignal } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const STEP = 10;
const { task, runs } = parseArgs({
  options: {
    task: { type: "string", default: "1" },
    runs: { type: "string", default: "runs" },
  },
}).values;
const folder = join(runs, task);
const halfway = join(folder, "halfway");
const waits = process.env.UNDISTURBED === undefined;
mkdirSync(folder, { recursive: true });

const signal = interruptSignal();
await useBackend("wasm");
const model = tinyModel({ filters: [2], denseUnits: 4, seed: Number(task) });
let steps = 0;
const waiting = {
  async onBatchEnd(): Promise<void> {
    if (!waits || ++steps !== STEP || existsSync(halfway)) return;
    writeFileSync(halfway, "");
    while (!signal.aborted) await sleep(50);
  },
};
try {
  const history = await trainPhase(model, {
    ...{
      train: tinyImages(48),
      batchSize: 8,
      epochs: 5,
      seed: 1,
      verbose: 0,
      signal,
    },
    checkpoint: { store: fileCheckpointStore(join(folder, "checkpoints")) },
    callbacks: [waiting],
  });
  writeFileSync(join(folder, "hash"), await stateHash(model, history));
  writeFileSync(join(folder, "node"), process.env.SLURMD_NODENAME ?? "");
} catch (error) {
  if (!(error instanceof InterruptError)) throw error;
  console.log("told to end: saved");
  process.exitCode = error.exitCode;
}
