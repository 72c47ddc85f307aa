// What pruning saves: 16 trials on a tenth of CIFAR-10, all of them in full and by asha, and how far the seeds of the
// best full one are apart. Writes docs/results/study/; start it again in the same folder, and it goes on.
//
//   npx tsx scripts/record-sweep.ts runs/record-sweep

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { writePng } from "../src/node/index.ts";
import {
  asha,
  choice,
  integer,
  localProcesses,
  logUniform,
  plotParallelCoordinates,
  plotStudyCurves,
  runStudy,
  type Space,
  type Study,
  type StudyOptions,
  uniform,
} from "../src/study/index.ts";
import { markdownTable, writeParts } from "./page.ts";
import { BATCH, EPOCHS, IMAGES } from "./record-sweep-trial.ts";

const RESULTS = "docs/results/study";
const TRIALS = 16;
const SEEDS = 5;
const METRIC = "val_accuracy";
const PRUNER = asha({ metric: METRIC, rungs: [1, 3, EPOCHS] });
const [root] = process.argv.slice(2);

/** Runs a study in its folder. One trial at a time, so that it matters to nobody who comes first. */
const study = <S extends Space>(
  name: string,
  space: S,
  options: Pick<StudyOptions, "sampler" | "trials" | "pruner">,
) =>
  runStudy({
    trial: new URL("./record-sweep-trial.ts", import.meta.url),
    ...{ space, direction: "maximize", seed: 1, ...options },
    engine: localProcesses({ workers: 1, folder: join(root, name) }),
  });

const space = { learningRate: logUniform(1e-4, 1e-1), dropoutRate: uniform(0, 0.5) };
const pruned = await study("asha", space, { trials: TRIALS, pruner: PRUNER });
const full = await study("full", space, { trials: TRIALS });
const { learningRate, dropoutRate } = full.best.params;
const repeated = await study(
  "seeds",
  {
    ...{ learningRate: choice([learningRate]), dropoutRate: choice([dropoutRate]) },
    run: integer(1, SEEDS),
  },
  { sampler: "grid" },
);

/** A trial that waits goes on from its checkpoint: what it has reported is what was trained, once. */
const steps = ({ trials }: Study): number =>
  trials.reduce((sum, { reports }) => sum + reports.at(-1)!.epochs, 0) * Math.ceil(IMAGES / BATCH);
const percent = (value: number): string => (100 * value).toFixed(2);

const values = repeated.trials.map(({ value }) => value!);
const [least, most] = [Math.min(...values), Math.max(...values)];
const [saved, all] = [steps(pruned), steps(full)];
if (saved > all / 2) throw new Error(`asha made ${saved} of ${all} steps, more than half`);
if (pruned.best.value < least) {
  throw new Error(`asha's best is ${pruned.best.value}, worse than all seeds: ${least} to ${most}`);
}

mkdirSync(RESULTS, { recursive: true });
for (const [name, { trials }] of Object.entries({ asha: pruned, full, seeds: repeated })) {
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(trials, null, 1)}\n`);
}
await writePng(join(RESULTS, "curves.png"), plotStudyCurves(pruned, { metric: METRIC }));
await writePng(join(RESULTS, "parameters.png"), plotParallelCoordinates(pruned));
const row = (name: string, made: number, { best }: Study): string[] => [
  name,
  made.toLocaleString("en"),
  `${((100 * made) / all).toFixed(0)} %`,
  `trial ${best.number}`,
  percent(best.value),
];
await writeParts(join(RESULTS, "README.md"), {
  table: markdownTable(
    [
      ["16 trials", "steps", "of all", "best", "accuracy (%)"],
      row("in full", all, full),
      row("`asha`, rungs 1, 3, 9", saved, pruned),
    ],
    1,
  ),
  seeds: `The best setting in full, with ${SEEDS} seeds: ${values.map(percent).join(", ")} %, so ${percent(least)} to ${percent(most)} %.`,
  trials: `\`\`\`text\n${String(pruned)}\`\`\``,
  machine: `${availableParallelism()} cores of ${cpus()[0].model}, Node ${process.version}.`,
});
