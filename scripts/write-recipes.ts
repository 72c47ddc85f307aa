// Keeps the small files of recorded runs of the fast recipe under docs/results/fast/, and writes the tables and
// the picture of docs/recipes.md out of them and of the search.
//
//   npm run quickstart -- --fast --to 84 --seed 1 --output runs/84-seed-1     (for each budget and seed)
//   npx tsx scripts/write-recipes.ts runs/84-seed-1 ...
//   npx tsx scripts/write-recipes.ts                                           from what is kept

import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FAST } from "../examples/fast-budgets.ts";
import type { VegaLiteSpec } from "../src/index.ts";
import { writePng } from "../src/node/index.ts";
import { fastOperations } from "./fast-operations.ts";
import { markdownTable, writeParts } from "./page.ts";

const PAGE = "docs/recipes.md";
const PICTURE = "docs/images/recipes.png";
const RESULTS = "docs/results/fast";
const SEARCH = join(RESULTS, "search.jsonl");
/** Of each run; the pictures of each budget's first seed only. */
const KEPT = ["result.json", "history.csv", "report.txt", "confusion-matrix.json"];
const PICTURES = ["history.png", "confusion-matrix.png", "predictions.png"];

/** What a run of the quickstart tells of itself. */
interface Result {
  readonly accuracy: number;
  readonly sixViews: number;
  readonly seconds: readonly number[];
  readonly steps: number;
  readonly processors: string;
  readonly node: string;
  readonly load: number;
  readonly date: string;
}

/** A point of the picture; percent. */
interface Point {
  readonly series: string;
  readonly operations: number;
  readonly accuracy: number;
  readonly minutes?: number;
}

const [OURS_ONE, OURS_SIX] = ["cifar-kit, one view", "cifar-kit, six views"];
const PUBLISHED = "published records, six views";
const NOTEBOOK = "the notebook's network";
/** The notebook's recorded runs (docs/results), and the records with the operations that their networks have. */
const OTHERS: readonly Point[] = [
  { series: NOTEBOOK, operations: 2.44e14, accuracy: 84.43, minutes: 45 },
  { series: PUBLISHED, operations: 1.76e14, accuracy: 93.0 },
  { series: PUBLISHED, operations: 2.64e14, accuracy: 94.01 },
  { series: PUBLISHED, operations: 2.84e14, accuracy: 94.01 },
  { series: PUBLISHED, operations: 3.45e14, accuracy: 94.01 },
];
const COLORS: Readonly<Record<string, string>> = {
  [OURS_ONE]: "#1f77b4",
  [OURS_SIX]: "#0b3d66",
  [PUBLISHED]: "#9467bd",
  [NOTEBOOK]: "#d62728",
};

/** What a setting may say besides. */
const BESIDES: Readonly<Record<string, string>> = {
  batchSize: "batch",
  filterRate: "Muon's rate",
  labelSmoothing: "label smoothing",
};

for (const folder of process.argv.slice(2)) {
  const name = basename(folder);
  const kept = join(RESULTS, name);
  await mkdir(kept, { recursive: true });
  const files = name.endsWith("seed-1") ? [...KEPT, ...PICTURES] : KEPT;
  for (const file of files) await copyFile(join(folder, file), join(kept, file));
}

const budgets = await Promise.all(Object.keys(FAST).map(readBudget));
const recorded = budgets.filter(({ runs }) => runs.length > 0);
await writePng(PICTURE, picture(recorded.flatMap(pointsOf)), { scale: 2 });
await writeParts(PAGE, {
  "recorded runs": runsTable(recorded),
  search: searchTable(await readFile(SEARCH, "utf8")),
});
console.log(`${recorded.flatMap(({ runs }) => runs).length} runs are in ${PAGE}`);

interface Budget {
  readonly name: string;
  readonly operations: number;
  readonly runs: readonly Result[];
}

async function readBudget(name: string): Promise<Budget> {
  const folders = (await readdir(RESULTS)).filter((folder) => folder.startsWith(`${name}-seed-`));
  const runs = await Promise.all(
    folders.sort().map(async (folder) => {
      const text = await readFile(join(RESULTS, folder, "result.json"), "utf8");
      return JSON.parse(text) as Result;
    }),
  );
  const { widths, recipe } = FAST[name];
  const { epochs = 8, imageSize } = recipe;
  const steps = epochs * 100;
  const operations = fastOperations({ widths, steps, batchSize: 500, sizes: imageSize });
  return { name, operations, runs };
}

function pointsOf({ operations, runs }: Budget): Point[] {
  const minutes = Math.min(...runs.map(minutesOf));
  return [
    {
      series: OURS_ONE,
      operations,
      minutes,
      accuracy: 100 * mean(runs.map(({ accuracy }) => accuracy)),
    },
    {
      series: OURS_SIX,
      operations,
      minutes,
      accuracy: 100 * mean(runs.map(({ sixViews }) => sixViews)),
    },
  ];
}

/** Accuracy by operations, and by minutes on two cores. */
function picture(ours: readonly Point[]): VegaLiteSpec {
  const panel = (field: "operations" | "minutes", title: string, format: string) => {
    const color = {
      ...{ field: "series", type: "nominal", title: null },
      scale: { domain: Object.keys(COLORS), range: Object.values(COLORS) },
      legend: { orient: "bottom", columns: 3, labelLimit: 0 },
    };
    const x = {
      ...{ field, type: "quantitative", title, axis: { format, tickCount: 5 } },
      scale: { type: "log", nice: false, padding: 20 },
    };
    const y = {
      ...{ field: "accuracy", type: "quantitative", title: "test accuracy in percent" },
      scale: { domain: [82, 95] },
    };
    const points = [...OTHERS, ...ours].filter((point) => point[field] !== undefined);
    return {
      ...{ width: 360, height: 300, data: { values: points.map((point) => ({ ...point })) } },
      layer: [
        { mark: { type: "line", opacity: 0.5 }, encoding: { x, y, color } },
        { mark: { type: "point", filled: true, size: 60, opacity: 1 }, encoding: { x, y, color } },
      ],
    };
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: "Test accuracy on CIFAR-10 by the operations and by the minutes of the training.",
    config: {
      background: "white",
      view: { stroke: null },
      font: "DejaVu Sans, Verdana, sans-serif",
    },
    resolve: { scale: { color: "shared" } },
    hconcat: [
      panel("operations", "operations of the training", ".0e"),
      panel("minutes", "minutes of training on two cores", "~g"),
    ],
  };
}

function runsTable(all: readonly Budget[]): string {
  const heads = [
    "`--to`",
    "network",
    "epochs",
    "operations",
    "seeds",
    "one view",
    "six views",
    "minutes",
  ];
  const rows = all.map(({ name, operations, runs }) => {
    const { widths, recipe } = FAST[name];
    const sizes = recipe.imageSize ? ` at ${sizesOf(recipe.imageSize)} pixels` : "";
    return [
      ...[
        name,
        widths.join("/"),
        `${recipe.epochs}${sizes}`,
        operations.toExponential(2),
        `${runs.length}`,
      ],
      spread(runs.map(({ accuracy }) => 100 * accuracy)),
      spread(runs.map(({ sixViews }) => 100 * sixViews)),
      leastAndMost(runs.map(minutesOf)),
    ];
  });
  const machines = all.flatMap(({ runs }) =>
    runs.map(({ processors, node }) => `${processors}, Node ${node}`),
  );
  return `${markdownTable([heads, ...rows], 3)}\n\nAccuracies are means of the seeds, with the least and the most of them; minutes the least and the most. Machine: ${[...new Set(machines)].join("; ")}.`;
}

function searchTable(lines: string): string {
  const heads = ["network", "epochs", "pixels", "besides", "operations", "one view", "six views"];
  const rows = lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SearchResult)
    .map(({ setting, accuracy, operations }) => {
      const { widths, epochs, sizes = [], ...others } = JSON.parse(setting) as Setting;
      const besides = Object.entries(others).filter(([key]) => key in BESIDES);
      return [
        ...[widths.join("/"), String(epochs), sizesOf(sizes)],
        besides.map(([key, value]) => `${BESIDES[key]} ${String(value)}`).join(", "),
        ...[operations.toExponential(2), accuracy.one.toFixed(2), accuracy.six.toFixed(2)],
      ];
    })
    .sort((a, b) => Number(a[4]) - Number(b[4]));
  return markdownTable([heads, ...rows], 3);
}

interface SearchResult {
  readonly setting: string;
  readonly accuracy: { readonly one: number; readonly six: number };
  readonly operations: number;
}
interface Setting extends Readonly<Record<string, unknown>> {
  readonly widths: readonly number[];
  readonly epochs: number;
  readonly sizes?: readonly (readonly [number, number])[];
}
/** E.g. "20 (to 35 %), 24 (to 65 %), 32". */
function sizesOf(sizes: readonly (readonly [number, number])[]): string {
  const parts = sizes.map(([pixels, share]) => `${pixels} (to ${Math.round(100 * share)} %)`);
  return (sizes.at(-1)?.[1] === 1 ? parts : [...parts, "32"]).join(", ");
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `**${mean(values).toFixed(2)}** (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

/** Of times, of which the least is that with the fewest neighbours. */
function leastAndMost(values: readonly number[]): string {
  return `**${Math.min(...values).toFixed(1)}** to ${Math.max(...values).toFixed(1)}`;
}

function minutesOf({ seconds }: Result): number {
  return seconds.reduce((sum, value) => sum + value, 0) / 60;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
