// What the trained networks give to a few pictures of other classes: the program of
// docs/how-to/start-from-a-trained-network.md beside the same number of epochs from nothing, on the folders that
// write-foreign-pictures.ts writes; trained on 300 pictures, measured on 1,000 others. The learning rates
// were chosen on the folder "validation".
//
//   npx tsx scripts/measure-transfer.ts pictures [part = test]

import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  buildCifarModel,
  evaluate,
  type PretrainedNetwork,
  replaceHead,
  trainPhase,
  unfreeze,
} from "../src/index.ts";
import { imageFolder, loadPretrained } from "../src/node/index.ts";
import { registerSimdBackend } from "../src/simd/index.ts";

const SEED = 1;
await registerSimdBackend();
await tf.setBackend("simd");
const [folder = "pictures", part = "test"] = process.argv.slice(2);
const read = (name: string) => imageFolder(join(folder, name), { imageShape: [32, 32, 3] });
const [train, test] = [await read("train"), await read(part)];
const phase = { train, seed: SEED, verbose: 0 } as const;

async function transferred(network: PretrainedNetwork): Promise<LayersModel> {
  const { classNames } = train;
  const base = await loadPretrained({ network });
  const model = replaceHead(base, { classNames, learningRate: 0.003, seed: SEED });
  await trainPhase(model, { ...phase, epochs: 5 });
  unfreeze(model, { learningRate: 0.001 });
  await trainPhase(model, { ...phase, epochs: 3 });
  return model;
}

async function fromNothing(batchNormMomentum: number): Promise<LayersModel> {
  const model = buildCifarModel({ for: train, batchNormMomentum, seed: SEED });
  await trainPhase(model, { ...phase, epochs: 8 });
  return model;
}

const ARMS = {
  "the notebook's network with a new head, 5 + 3 epochs": () => transferred("notebook"),
  "the fast network with a new head, 5 + 3 epochs": () => transferred("fast"),
  "from nothing, 8 epochs, batchNormMomentum 0.9": () => fromNothing(0.9),
  "from nothing, 8 epochs": () => fromNothing(0.99),
};
console.log(`${train.length} pictures of ${train.classNames.join(", ")}; ${test.length} others`);
for (const [name, make] of Object.entries(ARMS)) {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  const model = await make();
  const { user, system } = process.cpuUsage(cpu);
  const [seconds, wall] = [(user + system) / 1e6, (performance.now() - began) / 1e3];
  const { accuracy } = await evaluate(model, test);
  const time = `${seconds.toFixed(0)} s of processor time, ${wall.toFixed(0)} s`;
  console.log(`${name}: ${(100 * accuracy).toFixed(1)} % (${time})`);
  model.dispose();
}
console.log(`Node ${process.version}, ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
