/**
 * All benchmarks in one go.
 *
 *     npm run bench                          measures, and compares with what was recorded last
 *     npm run bench -- --only loading,report  some of them
 *     npm run bench -- --record              and writes docs/performance.json and docs/performance.md
 *     npm run bench -- --trace               where a training step's time goes, kernel by kernel
 *
 * Beside PyTorch, Keras, SciPy, torchvision and scikit-learn where `PYTHON` (default /usr/bin/python3)
 * has them (peers/requirements.txt). Takes about twenty-five minutes on two cores; other work on the
 * machine falsifies the figures.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { markdownTable, writeParts } from "../../scripts/page.ts";
import { asText, type FigureTable, rowsOf } from "./figures.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const DATA = at("../../docs/performance.json");
const PAGE = at("../../docs/performance.md");

/** The benchmarks by name, with the arguments that keep each of them short. */
const BENCHMARKS: Readonly<Record<string, readonly string[]>> = {
  loading: ["load.bench.ts"],
  augmentation: ["augment.bench.ts"],
  report: ["metrics.bench.ts"],
  backends: ["backends.bench.ts"],
  checkpoint: ["checkpoint.bench.ts"],
  step: ["step.bench.ts"],
  networks: ["networks.bench.ts", "--rounds", "5"],
};

type Tables = Record<string, FigureTable>;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: Object.keys(BENCHMARKS).join(",") },
    record: { type: "boolean", default: false },
    trace: { type: "boolean", default: false },
  },
  // The trace has options of its own.
  strict: false,
});
if (options.trace) {
  process.exit(node([at("trace.ts"), ...process.argv.slice(2)], "inherit").status ?? 1);
}

const recorded = readRecorded();
const measured: Tables = {};
for (const name of String(options.only).split(",")) {
  if (!(name in BENCHMARKS)) {
    throw new Error(`--only: expected some of ${Object.keys(BENCHMARKS).join(", ")}, got ${name}`);
  }
  const [script, ...args] = BENCHMARKS[name];
  const { stdout } = node([at(script), "--json", ...args], ["ignore", "pipe", "inherit"]);
  const table = JSON.parse(String(stdout).trim().split("\n").at(-1)!) as FigureTable;
  measured[name] = table;
  console.log(asText(table));
  if (recorded[name]) console.log(comparison(table, recorded[name]));
  // After each: what is recorded stays, should a later one be interrupted.
  if (options.record) await record({ ...recorded, ...measured });
}

async function record(all: Tables): Promise<void> {
  writeFileSync(DATA, `${JSON.stringify(all, null, 2)}\n`);
  await writeParts(PAGE, { figures: asMarkdown(all) });
}

function node(args: readonly string[], stdio: "inherit" | ["ignore", "pipe", "inherit"]) {
  return spawnSync(process.execPath, ["--import", "tsx", ...args], { stdio, maxBuffer: 1e8 });
}

function readRecorded(): Tables {
  try {
    return JSON.parse(readFileSync(DATA, "utf8")) as Tables;
  } catch {
    return {};
  }
}

/** How each figure stands to the last recorded one: above 1 is faster now. */
function comparison(now: FigureTable, then: FigureTable): string {
  const before = new Map(then.figures.map((figure) => [figure.what, figure]));
  const lines = now.figures.flatMap(({ what, value, unit }) => {
    const last = before.get(what);
    if (!last || unit === "%") return [];
    const speed = unit === "ms" ? last.value / value : value / last.value;
    return [`  ${speed.toFixed(2)} x  ${what}`];
  });
  return [`Speed against what was recorded (${then.machine}):`, ...lines, ""].join("\n");
}

function asMarkdown(tables: Tables): string {
  return Object.values(tables)
    .map((table) => {
      const { title, command, machine, load } = table;
      return [
        ...[`### ${title}`, ""],
        `\`${command}\` on ${machine}; ${load.toFixed(1)} processors busy with other things.`,
        ...["", markdownTable(rowsOf(table), 1), ""],
      ].join("\n");
    })
    .join("\n");
}
