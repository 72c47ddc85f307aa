/**
 * The whole notebook in one go, on real CIFAR-10; or the same with a network and a recipe of
 * today, which need fewer operations for the same accuracy:
 *
 *     npm run quickstart                     1 + 1 epochs, a few minutes on two cores
 *     npm run quickstart -- --full           10 + 10 epochs on all 50,000 images
 *     npm run quickstart -- --fast           the fast network and its recipe
 *     npm run quickstart -- --fast --to 94   with a budget meant for 84, 88 (the default), 90 or 94 %
 *     npm run quickstart -- --backend wasm   another TensorFlow.js backend: simd, wasm or cpu
 *     npm run quickstart -- --seed 2         another run
 *     npm run quickstart -- --output there   another folder
 *
 * Writes the summary, the history, the report, the model and all pictures to runs/quickstart/.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  buildCifarModel,
  buildFastModel,
  classificationReport,
  confusionMatrix,
  evaluate,
  type History,
  loadCifar10,
  modelSummary,
  mostConfused,
  plotConfusionMatrix,
  plotHistory,
  plotPredictions,
  plotSample,
  plotSamples,
  trainFast,
  type Training,
  trainTwoPhase,
  type TwoPhaseHistory,
  type VegaLiteSpec,
} from "cifar-kit";
import {
  cifar10Source,
  fileCheckpointStore,
  fileSystemIO,
  interruptSignal,
  InterruptError,
  writePng,
  writeSvg,
} from "cifar-kit/node";
import { BACKENDS, type BackendName, chooseBackend } from "./choose-backend.ts";
import { FAST, type FastBudget } from "./fast-budgets.ts";

/** How much fits into a few minutes, by backend: training and test images, and epochs. */
const SHORT_RUN: Record<BackendName, { train: number; test: number; epochs: [number, number] }> = {
  simd: { train: 50_000, test: 10_000, epochs: [1, 1] },
  wasm: { train: 2_400, test: 1_000, epochs: [1, 1] },
  cpu: { train: 32, test: 8, epochs: [1, 1] },
};

const { values: options } = parseArgs({
  options: {
    backend: { type: "string", default: "auto" },
    full: { type: "boolean", default: false },
    fast: { type: "boolean", default: false },
    to: { type: "string", default: "88" },
    seed: { type: "string", default: "1" },
    output: { type: "string", default: "runs/quickstart" },
  },
});
if (options.backend !== "auto" && !BACKENDS.includes(options.backend as BackendName)) {
  throw new Error(`--backend: expected auto, ${BACKENDS.join(", ")}, got ${options.backend}`);
}
if (!(options.to in FAST)) {
  throw new Error(`--to: expected one of ${Object.keys(FAST).join(", ")}, got ${options.to}`);
}
const fast = options.fast ? FAST[options.to] : undefined;
const seed = Number(options.seed);
if (!Number.isSafeInteger(seed)) {
  throw new Error(`--seed: expected a whole number, got ${options.seed}`);
}
const backend = await chooseBackend(options.backend as BackendName | "auto");
console.log(`backend: ${backend}`);
await mkdir(options.output, { recursive: true });

/** Saves a picture as SVG and PNG. */
async function save(name: string, spec: VegaLiteSpec): Promise<void> {
  await writeSvg(join(options.output, `${name}.svg`), spec);
  await writePng(join(options.output, `${name}.png`), spec);
}

// Data: downloaded once, verified on every load.
const all = await loadCifar10(cifar10Source());
const run = options.full
  ? { train: 50_000, test: 10_000, epochs: [10, 10] as const }
  : SHORT_RUN[backend];
const train = all.train.take(run.train);
const test = all.test.take(run.test);
console.log(`training on ${train.length} images, testing on ${test.length}`);

// A look at it.
await save("sample", plotSample(train, 0));
await save("samples", plotSamples(train, { count: 10, seed }));

// The network.
const model = fast
  ? buildFastModel({ whiten: train, widths: fast.widths, seed })
  : buildCifarModel({ for: train, seed });
const summary = modelSummary(model);
console.log(summary);
await writeFile(join(options.output, "summary.txt"), summary + "\n");

// Training.
// Ctrl-C saves and ends the run; the same command goes on from there, with the same bits.
const kind = fast ? `fast-${options.to}` : run.epochs.join("+");
const checkpoints = join(options.output, `checkpoints-${backend}-${seed}-${train.length}-${kind}`);
const shared = {
  ...{ train, validation: test, seed, signal: interruptSignal() },
  checkpoint: { store: fileCheckpointStore(checkpoints) },
};
const history = await (fast ? trainFastNetwork(fast.recipe) : trainNotebook()).catch(
  (error: unknown) => {
    if (!(error instanceof InterruptError)) throw error;
    console.log("\ninterrupted and saved; the same command goes on from here");
    process.exit(error.exitCode);
  },
);
const epochs = "all" in history ? history.all : history.history;
await writeFile(join(options.output, "history.csv"), historyCsv(epochs));
await writeFile(join(options.output, "history.json"), JSON.stringify(history, null, 2) + "\n");
await save("history", plotHistory(history));

// Evaluation.
const evaluation = await evaluate(model, test);
const { yTrue, yPred, probabilities, accuracy } = evaluation;
const { classNames } = test;
// All labels are named: of few test images some classes may be missing.
const labels = classNames.map((_, label) => label);
const report = String(classificationReport(evaluation, { labels }));
console.log(`\nClassification Report:\n${report}`);
await writeFile(join(options.output, "report.txt"), report);
const matrix = confusionMatrix(yTrue, yPred, { labels });
await writeFile(join(options.output, "confusion-matrix.json"), JSON.stringify(matrix) + "\n");
await save("confusion-matrix", plotConfusionMatrix(evaluation));
await save("predictions", plotPredictions(test, { yPred, probabilities, count: 15, seed }));
for (const pair of mostConfused(matrix, { classNames }).slice(0, 3)) {
  console.log(`${pair.count} times ${pair.trueName} was taken for ${pair.predictedName}`);
}

// The model, with its optimizer, so that training can go on from here.
await model.save(fileSystemIO(join(options.output, "model")), { includeOptimizer: true });
// What is over needs no checkpoints: the next call trains anew.
await rm(checkpoints, { recursive: true });

const last = epochs.accuracy.at(-1)!;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
console.log(`\ntraining accuracy of the last epoch: ${percent(last)}`);
console.log(`test accuracy: ${percent(accuracy)}`);
const steps = model.optimizer.iterations;
const views = fast && (await evaluate(model, test, { testTimeAugmentation: "six" })).accuracy;
if (views !== undefined) {
  console.log(`the same with six views of each image: ${percent(views)}`);
} else if (steps < 1000) {
  console.log(
    `After only ${steps} steps the test accuracy lags behind: batch normalisation classifies with ` +
      "moving averages (momentum 0.99), which need 300 to 500 steps to catch up with the weights.",
  );
}
const result = {
  ...{ accuracy, sixViews: views, steps, seconds: epochs.seconds, backend, seed },
  ...{ node: process.version, processors: `${cpus().length} x ${cpus()[0].model}` },
  ...{ load: loadavg()[0], date: new Date().toISOString() },
};
await writeFile(join(options.output, "result.json"), JSON.stringify(result, null, 2) + "\n");
console.log(`summary, history, report, model and pictures are in ${options.output}`);

/** As the notebook does it: on the images as they are, then on augmented ones. */
function trainNotebook(): Promise<TwoPhaseHistory> {
  return trainTwoPhase(model, { ...shared, epochs: run.epochs });
}

/** By the fast recipe. */
function trainFastNetwork(recipe: FastBudget["recipe"]): Promise<Training> {
  // Of few images, which other backends are given, several steps an epoch.
  const batchSize = Math.min(500, Math.floor(train.length / 4));
  return trainFast(model, { ...shared, ...recipe, batchSize });
}

/** A history as a table: one line an epoch. */
function historyCsv({ epochs, accuracy, loss, valAccuracy, valLoss }: History): string {
  const rows = epochs.map((epoch, i) =>
    [epoch, accuracy[i], loss[i], valAccuracy[i], valLoss[i]].join(","),
  );
  return ["epoch,accuracy,loss,val_accuracy,val_loss", ...rows, ""].join("\n");
}
