import { basename, join, resolve } from "node:path";
import { evaluate } from "cifar-kit";
import { fileSystemIO, writeFileAtomic } from "cifar-kit/node";
import { printableLines } from "../text/printable.ts";
import type { Arguments, Command } from "./command.ts";
import { lessonsFrom } from "./lessons.ts";
import { factsMadeWith, madeWith } from "./made-with.ts";
import { measuredAsJson, measuredAsText, percent } from "./measured.ts";
import { rememberFit } from "./model-files.ts";
import { outFolder } from "./out-folder.ts";
import { quoted } from "./quoted.ts";
import { checkDrawing } from "./report/check-drawing.ts";
import { reportPage } from "./report/page.ts";
import { FROM_SCRATCH } from "./training/from-scratch.ts";
import { learn } from "./training/learn.ts";
import { factsMadeFrom, madeFrom } from "./training/made-from.ts";
import { readPlan } from "./training/plan.ts";
import { transfer } from "./training/transfer.ts";
import { useBackend } from "./use-backend.ts";
import { onlyOf } from "./values.ts";

const HELP = `usage: npx cifar-kit train FOLDER [OPTIONS]
       npx cifar-kit train cifar10 [OPTIONS]

Trains a network on your pictures: FOLDER has one folder per class, each with
PNG, JPEG, WebP, GIF, AVIF or TIFF files. A part of each class is kept apart
to measure the network on. It starts from a network that knows CIFAR-10: first
a new head learns your classes, then the whole network, until the pictures
kept apart say that it gets no better.

"cifar10" trains from scratch on CIFAR-10, which is downloaded once.

What is made: model.json with its weights, report.html (one file: learning
curves, scores, confusion matrix, surest mistakes), results.json.

  --out FOLDER          where to; default FOLDER-model in this folder
  --validation SHARE    share of each class to keep apart, default 0.2;
                        or a folder with the same classes
  --epochs N            the most epochs; default 25 (cifar10: 8)
  --batch-size N        pictures in a step; default 32 (cifar10: 500)
  --seed N              fixes all that is random; default 0
  --network NAME        fast (default) or notebook, the smaller one, which is
                        the default from scratch
  --from-scratch        start from nothing: for pictures unlike photographs,
                        and other sizes
  --size N              from scratch: pixels of a side; default 32
  --augmentation LIST   what the network is to see through: some of shift,
                        flip, turn, zoom, or none; default shift,flip.
                        Leave flip out where left and right differ, as in text;
                        not for the fast recipe from scratch, as cifar10's is
  --fit crop|stretch    what becomes of pictures that are not square: cut
                        (default) or stretched
  --limit N             at most so many pictures, to try the command out
  --backend NAME        simd (default) or cpu
  --force               train anew, also where a model is already
  --json                print results.json; progress goes to standard error
  -h, --help

Ctrl-C saves; the same command goes on from there. Exit codes: 1 an error, 2
wrong arguments, 130 after Ctrl-C, 143 after SIGTERM.

Needs the packages sharp, vega, vega-lite and @tensorflow/tfjs-backend-cpu.

examples:
  npx cifar-kit train ./pictures
  npx cifar-kit train ./digits --augmentation shift,turn --seed 1
  npx cifar-kit train ./train --validation ./test --out runs/1
`;

/** `npx cifar-kit train`. */
export const train: Command = {
  help: HELP,
  options: {
    out: { type: "string" },
    validation: { type: "string" },
    epochs: { type: "string" },
    "batch-size": { type: "string" },
    seed: { type: "string" },
    network: { type: "string" },
    "from-scratch": { type: "boolean" },
    size: { type: "string" },
    augmentation: { type: "string" },
    fit: { type: "string" },
    limit: { type: "string" },
    backend: { type: "string" },
    force: { type: "boolean" },
    json: { type: "boolean" },
  },
  run,
};

const SAID_WHEN_TO_STOP =
  "Of these pictures nothing was learned, but they said when to stop: with few of them the figures flatter a little.";

async function run({ values, positionals, signal, console, line }: Arguments): Promise<void> {
  const source = onlyOf(positionals, "one folder of pictures, or cifar10");
  const plan = readPlan(source, values);
  const anew = values.force === true;
  const progress = values.json ? console.error : console.out;
  const say = (text: string): unknown => progress.write(printableLines(text));

  // What would fail in the end fails here.
  const out = await outFolder(plan.out, plan.folder, anew);
  await checkDrawing();
  const backend = await useBackend(values);
  const began = performance.now();
  const lessons = await lessonsFrom(plan);
  const { train, validation } = lessons;
  say(`${train.length} pictures to learn from, ${validation.length} kept apart\n`);
  if (out.isBegun && !anew) say(`Going on with the run in ${out.path}\n`);

  const course = { ...plan, train, validation, store: out.store, anew, signal, progress };
  const trained = await learn(plan.fromScratch ? FROM_SCRATCH[plan.network] : transfer, course);
  const { model } = trained;
  rememberFit(model, plan.fitting.fit);
  // The model first: what comes now can be made again.
  await model.save(fileSystemIO(out.path));

  const evaluation = await evaluate(model, validation);
  const made = madeWith(line, backend);
  const from = madeFrom(plan, lessons, trained, (performance.now() - began) / 1000);
  const results = { ...made, ...from, ...measuredAsJson(evaluation, validation) };
  const json = `${JSON.stringify(results, null, 2)}\n`;
  await writeFileAtomic(join(out.path, "results.json"), json);
  const report = join(out.path, "report.html");
  const path = quoted(out.path);
  const page = await reportPage({
    ...{ model, set: validation, evaluation, training: trained },
    title: `${basename(resolve(source))}: ${percent(evaluation.accuracy)} right`,
    measuredOn: trained.stopsEarly ? SAID_WHEN_TO_STOP : undefined,
    usage: [
      `npx cifar-kit classify photo.jpg --model ${path}`,
      `npx cifar-kit evaluate other-pictures --model ${path}`,
    ].join("\n"),
    facts: [...factsMadeWith(made), ...factsMadeFrom(from)],
  });
  await writeFileAtomic(report, page);
  await out.tidy();
  model.dispose();

  say(`\n${measuredAsText(evaluation, validation)}\nThe report is ${report}. To use the model:\n`);
  say(`npx cifar-kit classify photo.jpg --model ${path}\n`);
  if (values.json) console.out.write(json);
}
