/** The form in which every benchmark gives its figures: a table for readers, or data for `run.ts`. */
import { cpus, loadavg } from "node:os";

/** One measured thing: a median, and what others took for the same in the same run. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  /** E.g. `"ms"`, smaller is better; `"images/s"`, larger is better. */
  readonly unit: "ms" | "images/s" | "%";
  /** The same by other libraries. */
  readonly peers?: Readonly<Record<string, number>>;
  /** Quartiles of the ratio to the first peer, where both were measured in alternation. */
  readonly quartiles?: readonly [number, number];
}

/** The figures of a benchmark and what they depend on. */
export interface FigureTable {
  readonly title: string;
  /** How to measure it again. */
  readonly command: string;
  readonly machine: string;
  /** Processes that wanted to run in the minute before, on the average: more than this one disturb. */
  readonly load: number;
  readonly figures: readonly Figure[];
}

/** Whether the caller wants data instead of text. */
const asData = process.argv.includes("--json");

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
    load: loadavg()[0],
    figures,
  };
  console.log(asData ? JSON.stringify(table) : asText(table));
}

/** A table for the console. */
export function asText({ title, machine, load, figures }: FigureTable): string {
  const peers = peersOf(figures);
  const width = Math.max(...figures.map(({ what }) => what.length)) + 2;
  const cells = (row: readonly string[]): string => row.map((cell) => cell.padStart(18)).join("");
  const ratios = peers.length > 0 ? ["ratio"] : [];
  return [
    title,
    `${machine}, load ${load.toFixed(1)}`,
    "".padEnd(width) + cells(["cifar-kit", ...peers, ...ratios]),
    ...figures.map((figure) => {
      const others = peers.map((peer) => formatValue(figure.peers?.[peer], figure.unit));
      const own = formatValue(figure.value, figure.unit);
      return (
        figure.what.padEnd(width) +
        cells([own, ...others, ...(ratios.length > 0 ? [formatRatio(figure)] : [])])
      );
    }),
    "",
  ].join("\n");
}

/** The names of all peers in a table, in the order in which they come. */
export function peersOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ peers = {} }) => Object.keys(peers)))];
}

/** E.g. `"51.8 ms"`, `"68,000 /s"`; empty for none. */
export function formatValue(value: number | undefined, unit: Figure["unit"]): string {
  if (value === undefined) return "";
  if (unit === "images/s") return `${Math.round(value).toLocaleString("en")} /s`;
  if (unit === "%") return `${value.toFixed(2)} %`;
  return `${value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1)} ms`;
}

/** How many times the first peer's value it is, with quartiles if there are any. */
export function formatRatio({ value, peers = {}, quartiles }: Figure): string {
  const [peer] = Object.values(peers);
  if (peer === undefined) return "";
  const range = quartiles ? ` (${quartiles.map((q) => q.toFixed(2)).join("..")})` : "";
  return `${(value / peer).toFixed(2)}${range}`;
}

/** The middle one, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A quantile with linear interpolation. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (at - low);
}
