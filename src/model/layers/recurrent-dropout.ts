/**
 * Dropout inside of recurrent layers with fresh, seeded masks at each call: those of the stock cells
 * cannot be repeated, and a stock `RNN` keeps its first ones for ever. A mask is one for all time steps.
 */
import { dispose } from "@tensorflow/tfjs-core";
import type { CallArguments, CellInternals, LayerInternals } from "../internals.ts";
import { cellsOf } from "../layer-tree.ts";
import { dropout } from "./dropout.ts";
import { seedOfCall } from "./random-step.ts";

/** The cells that ask for their masks. */
const ASKING: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...["ConvLSTM2DCell", "GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells"],
]);

/** Whether all random numbers of a recurrent layer are those of {@link withSeededMasks}. */
export function hasSeededMasks(layer: LayerInternals): boolean {
  const cells = cellsOf(layer);
  return cells.length > 0 && cells.every((cell) => ASKING.has(cell.getClassName()));
}

/** Calls a recurrent layer; the masks that its cells made for the call are gone afterwards. */
export function withSeededMasks<T>(layer: LayerInternals, pass: CallArguments, call: () => T): T {
  const cells = cellsOf(layer) as readonly CellInternals[];
  const asking = cells.filter(({ dropoutFunc }) => dropoutFunc == null);
  for (const cell of asking) {
    cell.dropoutFunc = (ones, rate) =>
      dropout(ones, rate, seedOfCall(layer, pass, "recurrent dropout"));
  }
  try {
    return call();
  } finally {
    for (const cell of asking) cell.dropoutFunc = undefined;
    for (const cell of cells) {
      dispose([cell.dropoutMask ?? [], cell.recurrentDropoutMask ?? []]);
      cell.dropoutMask = cell.recurrentDropoutMask = null;
    }
  }
}
