import { basename, resolve } from "node:path";
import { evaluate as measure, type ImageSet, loadCifar10 } from "cifar-kit";
import { cifar10Source, writeFileAtomic } from "cifar-kit/node";
import type { Arguments, Command } from "./command.ts";
import { CIFAR10, few } from "./lessons.ts";
import { factsMadeWith, madeWith } from "./made-with.ts";
import { measuredAsJson, measuredAsText, percent } from "./measured.ts";
import { openClassifier } from "./model-files.ts";
import { asClassesOf, type Fitting, type Pictures, readPictures } from "./read-pictures.ts";
import { checkDrawing } from "./report/check-drawing.ts";
import { reportPage } from "./report/page.ts";
import { useBackend } from "./use-backend.ts";
import { countOf, onlyOf, text, VIEWS, wordOf } from "./values.ts";

const HELP = `usage: npx cifar-kit evaluate FOLDER --model MODEL [OPTIONS]
       npx cifar-kit evaluate cifar10 [OPTIONS]

Measures a model on pictures whose classes are known: FOLDER has one folder
per class, named as the model's classes; some may be missing. "cifar10" stands
for CIFAR-10's test images, which are downloaded once.

  --model MODEL    the folder that train has made, a model.json, or a .keras
                   file; without it the network that comes with the package,
                   which knows CIFAR-10's classes
  --report FILE    writes an HTML report, too, with matrix and mistakes
  --test-time-augmentation none|flip|six
                   means over several views of each picture; default none
  --fit crop|stretch
                   what becomes of pictures that are not square; default as
                   in the training
  --limit N        at most so many pictures
  --backend NAME   simd (default) or cpu
  --json           prints scores, matrix and mistakes as JSON
  -h, --help

Exit codes: 1 an error, 2 wrong arguments.

examples:
  npx cifar-kit evaluate ./other-pictures --model pictures-model
  npx cifar-kit evaluate cifar10 --limit 1000 --test-time-augmentation six
`;

/** `npx cifar-kit evaluate`. */
export const evaluate: Command = {
  help: HELP,
  options: {
    model: { type: "string" },
    report: { type: "string" },
    "test-time-augmentation": { type: "string" },
    fit: { type: "string" },
    limit: { type: "string" },
    backend: { type: "string" },
    json: { type: "boolean" },
  },
  run,
};

async function run({ values, positionals, console, line }: Arguments): Promise<void> {
  const source = onlyOf(positionals, "one folder of pictures, or cifar10");
  const limit = countOf(values, "limit");
  const testTimeAugmentation = wordOf(values, "test-time-augmentation", VIEWS);
  const report = text(values, "report");
  if (report !== undefined) await checkDrawing();
  const backend = await useBackend(values);
  const { model, classNames, imageShape, fit } = await openClassifier(values, console);
  const { set: all, leftOut } = await picturesOf(source, { imageShape, fit });
  const set = few(asClassesOf(all, classNames, source), limit, 0);

  const evaluation = await measure(model, set, { testTimeAugmentation });
  const made = madeWith(line, backend);
  if (values.json) {
    const results = { ...made, leftOut, ...measuredAsJson(evaluation, set) };
    console.out.write(`${JSON.stringify(results, null, 2)}\n`);
  } else console.out.write(measuredAsText(evaluation, set));
  if (report !== undefined) {
    const left = leftOut.map(({ path, reason }) => `${path}: ${reason}`);
    const page = await reportPage({
      ...{ model, set, evaluation },
      title: `${basename(resolve(source))}: ${percent(evaluation.accuracy)} right`,
      facts: [
        ...factsMadeWith(made),
        ["pictures", source],
        ["left out", left.length > 0 ? left : "nothing"],
      ],
    });
    await writeFileAtomic(report, page);
  }
  model.dispose();
}

/** The images of a source, and what is not among them. */
async function picturesOf(
  source: string,
  fitting: Fitting,
): Promise<{ readonly set: ImageSet; readonly leftOut: Pictures["leftOut"] }> {
  if (source === CIFAR10) {
    const { test } = await loadCifar10(cifar10Source(), { split: "test" });
    return { set: test, leftOut: [] };
  }
  const set = await readPictures(source, fitting);
  return { set, leftOut: set.leftOut };
}
