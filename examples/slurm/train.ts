/**
 * One run of an array job: a small network on 10,000 images of CIFAR-10, with a learning rate of its own.
 *
 *     node --import tsx examples/slurm/train.ts --task 1 --runs runs/slurm
 *
 * It saves when Slurm tells it to end (SIGTERM), goes on when it is started again, and writes its result.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adam, buildCifarModel, loadCifar10, trainPhase } from "cifar-kit";
import {
  cifar10Source,
  fileCheckpointStore,
  InterruptError,
  interruptSignal,
  writeFileAtomic,
} from "cifar-kit/node";
import { chooseBackend } from "../choose-backend.ts";

const EPOCHS = 5;
const LEARNING_RATES = [1e-4, 3e-4, 1e-3, 3e-3];

const { values } = parseArgs({
  options: {
    task: { type: "string" },
    runs: { type: "string", default: "runs/slurm" },
  },
});
const task = Number(values.task ?? 1);
const folder = join(values.runs, String(task));
const learningRate = LEARNING_RATES[(task - 1) % LEARNING_RATES.length];

const signal = interruptSignal();
console.log(`backend: ${await chooseBackend()}`);
const { train, test } = await loadCifar10(cifar10Source());
const model = buildCifarModel({
  seed: task,
  optimizer: adam({ learningRate }),
});

try {
  const { valAccuracy } = await trainPhase(model, {
    ...{
      train: train.take(10_000),
      validation: test.take(2_000),
      epochs: EPOCHS,
      seed: task,
    },
    checkpoint: { store: fileCheckpointStore(join(folder, "checkpoints")) },
    signal,
  });
  await mkdir(folder, { recursive: true });
  const result = { task, learningRate, accuracy: valAccuracy.at(-1) };
  await writeFileAtomic(join(folder, "result.json"), `${JSON.stringify(result)}\n`);
  console.log(result);
} catch (error) {
  if (!(error instanceof InterruptError)) throw error;
  console.log("told to end: saved");
  process.exitCode = error.exitCode; // 143
}
