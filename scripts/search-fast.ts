// What a budget of operations gives: the fast recipe in one setting after the other. Settings are chosen on 5,000
// training images kept apart; with --test the 10,000 test images are measured instead, after training on all 50,000.
// Appends a line of JSON for each run to a file; a run that stands there already is not made again.
//
//   npx tsx scripts/search-fast.ts search.jsonl '{"widths":[32,128,128],"epochs":2,"sizes":[[20,0.35],[24,0.65]]}' ...
//
// A setting: widths, epochs, sizes (pixels, up to which share of the steps; the images' own size behind it),
// batchSize, filterRate, labelSmoothing, seeds.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import {
  buildFastModel,
  evaluate,
  loadCifar10,
  train as trainModel,
  trainValidationSplit,
} from "../src/index.ts";
import { cifar10Source } from "../src/node/index.ts";
import { compileFast } from "../src/recipes/fast-optimizer.ts";
import { fastPhase, LABEL_SMOOTHING, WHITENING_EPOCHS } from "../src/recipes/train-fast.ts";
import { registerSimdBackend } from "../src/simd/index.ts";
import { fastOperations } from "./fast-operations.ts";

interface Setting {
  readonly widths: readonly number[];
  readonly epochs: number;
  readonly sizes?: readonly (readonly [pixels: number, share: number])[];
  readonly batchSize?: number;
  readonly filterRate?: number;
  readonly labelSmoothing?: number;
  readonly seeds?: readonly number[];
}

const { values, positionals } = parseArgs({
  options: { test: { type: "boolean", default: false }, threads: { type: "string" } },
  allowPositionals: true,
});
const [file, ...settings] = positionals;
const threads = Number(values.threads ?? availableParallelism());
await registerSimdBackend({ threads });
await tf.setBackend("simd");
const data = await loadCifar10(cifar10Source());
const apart = trainValidationSplit(data.train, { fraction: 0.1, seed: 0 });
const train = values.test ? data.train : apart.train;
const measured = values.test ? data.test : apart.validation;
const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
const known = new Set(
  lines.filter(Boolean).map((line) => (JSON.parse(line) as { setting: string }).setting),
);

for (const text of settings) {
  const { seeds = [1], ...given } = JSON.parse(text) as Setting;
  for (const seed of seeds) {
    const setting = JSON.stringify({ ...given, seed, test: values.test });
    if (!known.has(setting))
      appendFileSync(file, `${JSON.stringify(await run(given, seed, setting))}\n`);
  }
}

async function run(given: Setting, seed: number, setting: string): Promise<object> {
  const {
    widths,
    epochs,
    sizes = [],
    batchSize = 500,
    filterRate,
    labelSmoothing = LABEL_SMOOTHING,
  } = given;
  const model = buildFastModel({ whiten: train, widths, seed });
  const steps = Math.floor(train.length / batchSize);
  compileFast(model, {
    batchSize,
    filterRate,
    whiteningSteps: Math.min(epochs, WHITENING_EPOCHS) * steps,
  });
  const operations = fastOperations({ widths, steps: epochs * steps, batchSize, sizes });
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  const { history } = await trainModel(model, {
    ...{ train, batchSize, seed, labelSmoothing, verbose: 0 },
    phases: [fastPhase(epochs, sizes.length > 0 ? sizes : undefined)],
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const accuracy: Record<string, number> = {};
  for (const views of ["one", "flip", "six"] as const) {
    const options = views === "one" ? {} : { testTimeAugmentation: views };
    accuracy[views] = 100 * (await evaluate(model, measured, options)).accuracy;
  }
  model.dispose();
  const result = {
    ...{ setting, accuracy, operations, loss: history.loss.at(-1) },
    ...{ seconds, cpuSeconds: (user + system) / 1e6, threads, load: loadavg()[0] },
    ...{ node: process.version, processor: cpus()[0].model, date: new Date().toISOString() },
  };
  console.log(setting, accuracy, operations.toExponential(2), `${seconds.toFixed(0)} s`);
  return result;
}
