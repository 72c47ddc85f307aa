import { formatFixed } from "../../text/format-number.ts";
import { roundHalfEven } from "../../text/round-half-even.ts";
import type { LayerFacts, ModelFacts, ParamCount } from "./describe-model.ts";
import { formatCount, formatShape } from "./format-values.ts";

/** Right ends of the columns, as shares of the line. */
const CHAIN_ENDS = [0.45, 0.8, 1];
const GRAPH_ENDS = [0.3, 0.56, 0.74, 1];

/** Keras 3's table: boxes, cells wrapped at spaces, sizes in bytes. */
export function formatKeras3(
  { name, isChain, layers, trainable, nonTrainable }: ModelFacts,
  lineLength = isChain ? 88 : 108,
  optimizerParams?: number,
): string {
  const widths = columnWidths(lineLength, isChain ? CHAIN_ENDS : GRAPH_ENDS);
  const rule = (ends: string, line: string): string =>
    ends[0] + widths.map((width) => line.repeat(width + 2)).join(ends[1]) + ends[2];
  const head = ["Layer (type)", "Output Shape", "Param #", ...(isChain ? [] : ["Connected to"])];
  const rows = layers.map((layer) => formatRow(cells(layer, isChain), widths, "│"));

  const optimizer: ParamCount = { count: optimizerParams ?? 0, bytes: 4 * (optimizerParams ?? 0) };
  const line = (label: string, ...parts: readonly ParamCount[]): string => {
    const sum = (of: (part: ParamCount) => number): number =>
      parts.reduce((total, part) => total + of(part), 0);
    const size = formatBytes(sum(({ bytes }) => bytes));
    return ` ${label}: ${formatCount(sum(({ count }) => count))} (${size})`;
  };
  return [
    `Model: "${name}"`,
    rule("┏┳┓", "━"),
    ...formatRow(head, widths, "┃"),
    rule("┡╇┩", "━"),
    rows.map((row) => row.join("\n")).join(`\n${rule("├┼┤", "─")}\n`),
    rule("└┴┘", "─"),
    line("Total params", trainable, nonTrainable, optimizer),
    line("Trainable params", trainable),
    line("Non-trainable params", nonTrainable),
    ...(optimizerParams === undefined ? [] : [line("Optimizer params", optimizer)]),
    "",
  ].join("\n");
}

function cells(
  { name, className, outputShape, params, connections }: LayerFacts,
  isChain: boolean,
): string[] {
  const row = [`${name} (${className})`, formatShape(outputShape, "keras3"), formatCount(params)];
  return isChain ? row : [...row, connections.join(", ") || "-"];
}

/**
 * Widths of the cells' text. Keras asks for columns that fill the line and forgets the frame, so that
 * the table's printer takes the surplus from the columns in turn, an equal share of what is left.
 */
function columnWidths(lineLength: number, shares: readonly number[]): number[] {
  const ends = shares.map((share) => Math.trunc(share * lineLength));
  let surplus = 3 * ends.length + 1;
  return ends.map((end, i) => {
    const share = roundHalfEven(surplus / (ends.length - i));
    surplus -= share;
    return end - (ends[i - 1] ?? 0) - share;
  });
}

/** The lines of a row. The numbers of parameters stand on the right of their column. */
function formatRow(cells: readonly string[], widths: readonly number[], edge: string): string[] {
  const wrapped = cells.map((text, i) => wrap(text, widths[i]));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) => {
    const texts = wrapped.map((lines, i) => {
      const text = lines[row] ?? "";
      return i === 2 ? text.padStart(widths[i]) : text.padEnd(widths[i]);
    });
    return `${edge} ${texts.join(` ${edge} `)} ${edge}`;
  });
}

/** Breaks a text at its spaces; a word that is too long is cut and ends in an ellipsis. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line));
}

/** `9.14 MB`, in units of 1024. */
function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${formatFixed(size, 2)} ${units[unit]}`;
}
