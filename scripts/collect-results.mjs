// Keeps the small files of recorded runs under docs/results/ and writes the page that shows them
// beside the notebook's own numbers.
//
//   npm run quickstart -- --full --seed 1 --output runs/seed-1     (once for each seed)
//   node scripts/collect-results.mjs runs/seed-1 runs/seed-2 runs/seed-3

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import prettier from "prettier";

const { version, devDependencies } = JSON.parse(await readFile("package.json", "utf8"));

const RESULTS = "docs/results";
const NOTEBOOK = "test/fixtures/train/notebook-progress.txt";
const KEPT = [
  ...["history.json", "history.csv", "history.png", "report.txt"],
  ...["confusion-matrix.json", "confusion-matrix.png", "predictions.png"],
];
const PLAIN_EPOCHS = 10;

const folders = process.argv.slice(2);
if (folders.length === 0) throw new Error("expected the output folders of the runs");

const notebook = (await readFile(NOTEBOOK, "utf8"))
  .trim()
  .split("\n")
  .map((line) => ({
    accuracy: number(line, " accuracy"),
    valAccuracy: number(line, "val_accuracy"),
    seconds: Number(/ (\d+)s /.exec(line)[1]),
  }));

/** The value of a key in a progress line. */
function number(line, key) {
  return Number(new RegExp(`${key}: ([0-9.]+)`).exec(line)[1]);
}

const runs = [];
for (const folder of folders) {
  const name = basename(folder);
  await mkdir(join(RESULTS, name), { recursive: true });
  for (const file of KEPT) await copyFile(join(folder, file), join(RESULTS, name, file));
  const { all } = JSON.parse(await readFile(join(folder, "history.json"), "utf8"));
  runs.push({ name, ...all, report: await readFile(join(folder, "report.txt"), "utf8") });
}

const percent = (share) => (100 * share).toFixed(2);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (cells) => `| ${cells.join(" | ")} |`;
const rule = (cells) => row(cells.map((_, i) => (i === 0 ? "---" : "---:")));

/** A value of every run, their mean and spread, and the notebook's. */
function summaryRow(what, ofRun, ofNotebook) {
  const values = runs.map(ofRun);
  const spread = `${percent(Math.min(...values))} to ${percent(Math.max(...values))}`;
  const ours = [...values.map(percent), percent(mean(values))];
  return row([what, ...ours, ...(runs.length > 1 ? [spread] : []), percent(ofNotebook)]);
}

const last = notebook.length - 1;
const best = runs.reduce((a, b) => (b.valAccuracy[last] > a.valAccuracy[last] ? b : a));
const names = runs.map(({ name }) => `[${name}](${name}/)`);
const heads = ["", ...names, "mean", ...(runs.length > 1 ? ["spread"] : []), "notebook"];
const secondsAnEpoch = runs.map(({ seconds }) => mean(seconds));
const page = `# Recorded runs

The whole notebook with this library: ten plain epochs, then ten with augmentation, on all 50,000 training images of CIFAR-10, measured on the 10,000 test images
after each epoch. Batch 32, Adam with learning rate 0.001, the \`simd\` backend.

\`\`\`sh
${runs.map(({ name }) => `npm run quickstart -- --full --seed ${name.split("-")[1]} --output runs/${name}`).join("\n")}
node scripts/collect-results.mjs ${runs.map(({ name }) => `runs/${name}`).join(" ")}
\`\`\`

Machine: ${cpus().length} x ${cpus()[0].model}, Node ${process.version}, cifar-kit ${version}, TensorFlow.js ${devDependencies["@tensorflow/tfjs-core"]}, the relaxed
build of the kernels; mean seconds an epoch ${secondsAnEpoch.map((s) => s.toFixed(0)).join(", ")}, with other work on the machine. The notebook's own epochs took ${Math.round(mean(notebook.map(({ seconds }) => seconds)))} s on its author's machine.

## Test accuracy in percent

${[
  row(heads),
  rule(heads),
  summaryRow(
    "after the plain phase",
    (run) => run.valAccuracy[PLAIN_EPOCHS - 1],
    notebook[PLAIN_EPOCHS - 1].valAccuracy,
  ),
  summaryRow("at the end", (run) => run.valAccuracy[last], notebook[last].valAccuracy),
  summaryRow(
    "best of all epochs",
    (run) => Math.max(...run.valAccuracy),
    Math.max(...notebook.map(({ valAccuracy }) => valAccuracy)),
  ),
].join("\n")}

## Epoch by epoch

Training accuracy and test accuracy in percent. From epoch 11 on the training images are augmented.

${[
  row(["epoch", "notebook", ...runs.map(({ name }) => name)]),
  rule(["epoch", "notebook", ...runs]),
  ...notebook.map(({ accuracy, valAccuracy }, i) =>
    row([
      i + 1,
      `${percent(accuracy)} / ${percent(valAccuracy)}`,
      ...runs.map((run) => `${percent(run.accuracy[i])} / ${percent(run.valAccuracy[i])}`),
    ]),
  ),
].join("\n")}

## The best run: ${best.name}

![Loss and accuracy by epoch](${best.name}/history.png)

\`\`\`text
${best.report.trimEnd()}
\`\`\`

![Confusion matrix](${best.name}/confusion-matrix.png)

![Fifteen test images with their predicted classes](${best.name}/predictions.png)
`;
const path = join(RESULTS, "README.md");
const options = await prettier.resolveConfig(path);
await writeFile(path, await prettier.format(page, { ...options, filepath: path }));
console.log(`${runs.length} runs are in ${RESULTS}/`);
