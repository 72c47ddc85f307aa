/** The form in which every benchmark gives its figures: a table for readers, or data for `run.ts`. */
import { cpus } from "node:os";

/** One measured thing: a median, and what others took for the same in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** E.g. `"ms"`, smaller is better; `"images/s"`, larger is better. */
  readonly unit: "ms" | "images/s" | "%";
  /** The same by other libraries. */
  readonly peers?: Readonly<Record<string, number>>;
  /** The ratio to each peer that was measured in turns with ours. */
  readonly ratios?: Readonly<Record<string, Range>>;
}

/** Lower quartile, median, upper quartile. */
export type Range = readonly [number, number, number];

/** The figures of a benchmark and what they depend on. */
export interface FigureTable {
  readonly title: string;
  /** How to measure it again. */
  readonly command: string;
  readonly machine: string;
  /** Processors that were busy with something else, before or after: other work falsifies the figures. */
  readonly load: number;
  readonly figures: readonly Figure[];
}

/** Whether the caller wants data instead of text. */
const asData = process.argv.includes("--json");

const loadBefore = busyProcessors();

/** How many processors are busy while this program sleeps. */
function busyProcessors(): number {
  const times = (): { idle: number; all: number } => {
    const all = cpus().flatMap((cpu) => Object.entries(cpu.times));
    const sum = (list: typeof all): number => list.reduce((total, [, ms]) => total + ms, 0);
    return { idle: sum(all.filter(([kind]) => kind === "idle")), all: sum(all) };
  };
  const before = times();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  const after = times();
  return cpus().length * (1 - (after.idle - before.idle) / (after.all - before.all));
}

/** Says how far it is, where the figures go elsewhere. */
export function progress(text: string): void {
  if (!asData) console.log(text);
}

/** Prints a benchmark's figures; `command` is completed by the arguments of this run. */
export function report(
  title: string,
  command: string,
  figures: readonly Figure[],
  versions = "",
): void {
  const node = `Node ${process.version}`;
  const table: FigureTable = {
    title,
    command: [command, ...process.argv.slice(2).filter((arg) => arg !== "--json")].join(" "),
    machine: [`${cpus().length} x ${cpus()[0].model}`, node, versions].filter(Boolean).join(", "),
    load: Math.max(loadBefore, busyProcessors()),
    figures,
  };
  console.log(asData ? JSON.stringify(table) : asText(table));
}

/** A table for the console. */
export function asText(table: FigureTable): string {
  const [head, ...rows] = rowsOf(table);
  const width = Math.max(...rows.map(([what]) => what.length)) + 2;
  const line = ([what, ...cells]: readonly string[]): string =>
    what.padEnd(width) + cells.map((cell) => cell.padStart(20)).join("");
  const { title, machine, load } = table;
  const about = `${machine}; ${load.toFixed(1)} processors busy with other things`;
  return [title, about, ...[head, ...rows].map(line), ""].join("\n");
}

/** The cells of a table, its head first: ours, then each peer and our ratio to it. */
export function rowsOf({ figures }: FigureTable): string[][] {
  const peers = peersOf(figures);
  return [
    ["", "cifar-kit", ...peers.flatMap((peer) => [peer, "ratio"])],
    ...figures.map((figure) => {
      const { what, value, unit } = figure;
      const others = peers.flatMap((peer) => [
        formatValue(figure.peers?.[peer], unit),
        formatRatio(figure, peer),
      ]);
      return [what, formatValue(value, unit), ...others];
    }),
  ];
}

/** The names of all peers in a table, in the order in which they come. */
function peersOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ peers = {} }) => Object.keys(peers)))];
}

/** E.g. `"51.8 ms"`, `"68,000 /s"`; empty for none. */
function formatValue(value: number | undefined, unit: Figure["unit"]): string {
  if (value === undefined) return "";
  if (unit === "images/s") return `${Math.round(value).toLocaleString("en")} /s`;
  if (unit === "%") return `${value.toFixed(2)} %`;
  return `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1)} ms`;
}

/** How many times the peer's value it is, with quartiles if there are any. */
function formatRatio({ value, peers = {}, ratios = {} }: Figure, peer: string): string {
  if (!(peer in peers)) return "";
  if (!(peer in ratios)) return (value / peers[peer]).toFixed(2);
  const [low, middle, high] = ratios[peer].map((ratio) => ratio.toFixed(2));
  return `${middle} (${low}..${high})`;
}

/** The middle one, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A quantile with linear interpolation. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}

/** The quartiles and the median. */
export function rangeOf(values: readonly number[]): Range {
  return [quantile(values, 0.25), median(values), quantile(values, 0.75)];
}
