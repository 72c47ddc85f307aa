import type { LayerFacts, ModelFacts } from "./describe-model.ts";
import { formatCount, formatShape } from "./format-values.ts";

/** Right ends of the columns, as shares of the line. */
const CHAIN_ENDS = [0.45, 0.85, 1];
const GRAPH_ENDS = [0.33, 0.55, 0.67, 1];

/**
 * Keras 2's table. Its cells are cut, not wrapped at words: what does not fit goes on in the next
 * line of the same column.
 */
export function formatKeras2(
  { name, isChain, layers, trainable, nonTrainable }: ModelFacts,
  lineLength = isChain ? 65 : 98,
): string {
  const ends = (isChain ? CHAIN_ENDS : GRAPH_ENDS).map((share) => Math.floor(lineLength * share));
  const head = ["Layer (type)", "Output Shape", "Param #", ...(isChain ? [] : ["Connected to"])];
  const total = trainable.count + nonTrainable.count;
  return [
    `Model: "${name}"`,
    "_".repeat(lineLength),
    ...formatRow(head, ends),
    "=".repeat(lineLength),
    ...layers.flatMap((layer) => [
      ...formatRow(cells(layer, isChain), ends),
      " ".repeat(lineLength),
    ]),
    "=".repeat(lineLength),
    `Total params: ${formatCount(total)}`,
    `Trainable params: ${formatCount(trainable.count)}`,
    `Non-trainable params: ${formatCount(nonTrainable.count)}`,
    "_".repeat(lineLength),
    "",
  ].join("\n");
}

function cells(
  { name, className, outputShape, params, connections }: LayerFacts,
  isChain: boolean,
): string[] {
  // An input's shape is a list of one.
  const shape = formatShape(outputShape, "keras2");
  const row = [
    `${name} (${className})`,
    className === "InputLayer" ? `[${shape}]` : shape,
    String(params),
  ];
  return isChain ? row : [...row, `[${connections.map((text) => `'${text}'`).join(", ")}]`];
}

/** The lines of a row: as many as its longest cell needs. */
function formatRow(cells: readonly string[], ends: readonly number[]): string[] {
  const left = [...cells];
  const lines: string[] = [];
  while (left.some((text) => text.length > 0)) {
    // The space at the start takes one of the two that keep the first columns apart.
    let line = " ";
    ends.forEach((end, column) => {
      const gap = column === ends.length - 1 ? 0 : 2;
      const width = end - (ends[column - 1] ?? 0) - gap;
      const cut = cutAfterBracket(left[column].slice(0, width)) ?? width;
      line = (line + left[column].slice(0, cut) + " ".repeat(gap)).padEnd(end);
      left[column] = left[column].slice(cut);
    });
    lines.push(line);
  }
  return lines;
}

/** Where a list in a cell breaks: after its first element that ends within the cell. */
function cutAfterBracket(text: string): number | undefined {
  const ends = ["),", "},", "],", "',"].map((end) => text.indexOf(end)).filter((at) => at >= 0);
  return ends.length > 0 ? Math.min(...ends) + 2 : undefined;
}
