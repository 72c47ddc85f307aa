/**
 * Recurrent layers that run over all time steps in one kernel, and so backwards, where the backend has
 * it: as they are, each step is twenty operations. What they do stays theirs. Masks, states that live
 * on, and dropout in training go step by step; so do cells of other kinds. A cell that is called for a
 * single step is a sequence of one.
 */
import {
  reshape,
  reverse,
  slice,
  split,
  type Tensor,
  type Tensor3D,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import {
  type CallFactory,
  type CellInternals,
  onlyTensor,
  type RecurrentInternals,
} from "../internals.ts";
import { linear } from "./dense.ts";
import { withSeededMasks } from "./recurrent-dropout.ts";

/** The kernels by the cells' classes; how many states each cell has. */
const KERNELS = {
  LSTMCell: { name: "LstmSequence", states: 2 },
  GRUCell: { name: "GruSequence", states: 1 },
  SimpleRNNCell: { name: "SimpleRnnSequence", states: 1 },
} as const;

const ACTIVATIONS = ["linear", "relu", "sigmoid", "hardSigmoid", "tanh"];

type CellName = keyof typeof KERNELS;

/** Whether the kernel does what this cell does. */
function isFused(cell: CellInternals, x: Tensor, training: boolean): boolean {
  const name = cell.getClassName();
  if (!Object.hasOwn(KERNELS, name) || !hasFusedKernel(KERNELS[name as CellName].name)) {
    return false;
  }
  const known = activationsOf(cell).every((activation) => ACTIVATIONS.includes(activation));
  const drops = training && (cell.dropout > 0 || cell.recurrentDropout > 0);
  return known && !drops && x.dtype === "float32" && x.size > 0;
}

const activationsOf = ({ activation, recurrentActivation }: CellInternals): [string, string] => [
  activation?.getClassName() ?? "linear",
  recurrentActivation?.getClassName() ?? "linear",
];

/** The hidden states of all steps, that before the first included; and the last states. */
function overSteps(
  cell: CellInternals,
  x: Tensor3D,
  [h, c]: readonly Tensor[],
): { hidden: Tensor; last: Tensor[] } {
  const [steps, rows, features] = x.shape;
  const { units } = cell;
  const rowsOfZ = linear(cell, reshape(x, [steps * rows, features]));
  const z = reshape(rowsOfZ, [steps, rows, rowsOfZ.shape[1]!]);
  const [activation, recurrentActivation] = activationsOf(cell);
  const { name } = KERNELS[cell.getClassName() as CellName];
  let kernel = cell.recurrentKernel.read();
  let stateKernel: Tensor | undefined;
  // The new state's product comes after the gates are known.
  if (name === "GruSequence") [kernel, stateKernel] = split(kernel, [2 * units, units], 1);
  const attributes = { activation, recurrentActivation };
  const inputs = { z, kernel, stateKernel, h, c };
  const [hidden, ...others] = runFusedKernel(name, inputs, attributes);
  const last = reshape(slice(hidden, [steps, 0, 0]), [rows, units]);
  return { hidden, last: name === "LstmSequence" ? [last, others[0]] : [last] };
}

/** The `call` of a recurrent layer; `stock` is the one it had. */
export const recurrentCall: CallFactory = (layer, stock) => {
  const self = layer as RecurrentInternals;
  return (inputs, kwargs) => {
    const cell = self.cell as CellInternals;
    const x = onlyTensor(inputs) as Tensor3D;
    const { mask, initialState, training } = kwargs ?? {};
    const isWhole = x.rank === 3 && mask == null && !self.stateful;
    if (!isWhole || !isFused(cell, x, training === true)) {
      return withSeededMasks(layer, kwargs ?? {}, () => stock(inputs, kwargs));
    }
    return tidy(() => {
      const timeFirst = transpose(x, [1, 0, 2]);
      const ordered = self.goBackwards ? reverse(timeFirst, 0) : timeFirst;
      const { hidden, last } = overSteps(cell, ordered, initialState ?? []);
      const output = self.returnSequences
        ? transpose(slice(hidden, [1, 0, 0]), [1, 0, 2])
        : last[0];
      return self.returnState ? [output, ...last] : output;
    });
  };
};

/** The `call` of a cell: `[x, ...states]` gives `[output, ...states]`. */
export const cellCall: CallFactory = (layer, stock) => {
  const cell = layer as CellInternals;
  return (inputs, kwargs) => {
    const [x, ...states] = inputs as Tensor[];
    const { states: count } = KERNELS[cell.getClassName() as CellName];
    const isWhole = states.length === count && x.rank === 2;
    if (!isWhole || !isFused(cell, x, kwargs.training === true)) return stock(inputs, kwargs);
    return tidy(() => {
      const { last } = overSteps(cell, reshape(x, [1, ...x.shape] as Tensor3D["shape"]), states);
      return [last[0], ...last];
    });
  };
};
