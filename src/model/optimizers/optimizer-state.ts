/**
 * The whole state of an optimizer, of this library or of TensorFlow.js, so that it goes on with the
 * same bits. What TensorFlow.js's own `getWeights` gives is not enough for two of its classes: Adam
 * computes its running products anew, which rounds otherwise, and Adamax does not support it.
 */
import { dispose, type Optimizer, tidy, type Variable } from "@tensorflow/tfjs-core";
import type {
  NamedTensor,
  OptimizerVariable,
  StockAdamaxInternals,
  StockAdamInternals,
} from "../internals.ts";
import { type NamedArray, toArray, toTensor, wholeNumber } from "../named-array.ts";
import { isKerasOptimizer } from "./keras-optimizer.ts";
import { stepsIn } from "./tfjs-form.ts";

/** Reads the state back from the device: first the number of steps. */
export async function readOptimizerState(optimizer: Optimizer): Promise<NamedArray[]> {
  if (isKerasOptimizer(optimizer)) return optimizer.readState();
  const scalars = scalarsOf(optimizer).map((tensor, i) => ({ name: `scalar_${i}`, tensor }));
  const tensors = [...(await slotsOf(optimizer)), ...scalars];
  const arrays = await Promise.all(tensors.map(({ name, tensor }) => toArray(name, tensor)));
  return [wholeNumber("iter", optimizer.iterations), ...arrays];
}

/** The state as `model.save` writes it. */
export async function readStockState(optimizer: Optimizer): Promise<NamedArray[]> {
  if (isKerasOptimizer(optimizer)) return optimizer.readStockState();
  const state = await readOptimizerState(optimizer);
  return state.slice(0, state.length - scalarCount(optimizer));
}

/** What an optimizer of TensorFlow.js keeps for each variable; they stay its own. */
async function slotsOf(optimizer: Optimizer): Promise<NamedTensor[]> {
  const lists = adamaxLists(optimizer);
  if (lists) {
    return lists.flat().map(({ originalName: name, variable }) => ({ name, tensor: variable }));
  }
  const [iterations, ...slots] = await optimizer.getWeights();
  // The number of steps was made into a tensor for this list.
  iterations.tensor.dispose();
  return slots;
}

/**
 * Gives an optimizer a state that {@link readOptimizerState} read from one of its kind.
 * @throws {DataError} if the number of steps is none.
 */
export async function writeOptimizerState(
  subject: string,
  optimizer: Optimizer,
  state: readonly NamedArray[],
): Promise<void> {
  if (isKerasOptimizer(optimizer)) {
    optimizer.writeState(state);
    return;
  }
  const steps = stepsIn(subject, state[0]);
  const scalars = scalarsOf(optimizer);
  const slots = state.slice(1, state.length - scalars.length);
  const lists = adamaxLists(optimizer);
  if (lists) {
    dispose(lists.flat().map(({ variable }) => variable));
    const made = slots.map(toVariable);
    const adamax = optimizer as unknown as StockAdamaxInternals;
    adamax.iterations_ = steps;
    adamax.accumulatedFirstMoment = made.slice(0, made.length / 2);
    adamax.accumulatedWeightedInfNorm = made.slice(made.length / 2);
  } else {
    const before = await slotsOf(optimizer);
    const tensors = [state[0], ...slots].map((array) => ({
      name: array.name,
      tensor: toTensor(array),
    }));
    await optimizer.setWeights(tensors);
    // Those that it had are nobody's now; of the new ones it has variables of its own.
    dispose([...before, ...tensors].map(({ tensor }) => tensor));
  }
  scalars.forEach((scalar, i) => {
    const value = toTensor(state[state.length - scalars.length + i]);
    scalar.assign(value);
    value.dispose();
  });
}

/**
 * How many tensors an optimizer may keep for each variable, once it has made a step; `undefined` for
 * a class that nobody here knows.
 */
export function slotsPerVariable(optimizer: Optimizer): readonly number[] | undefined {
  if (isKerasOptimizer(optimizer)) return optimizer.slotsPerVariable;
  const { centered } = optimizer.getConfig();
  const counts = new Map([
    ...Object.entries({ SGD: 0, Momentum: 1, Adagrad: 1, Adadelta: 2, Adam: 2, Adamax: 2 }),
    ["RMSProp", centered === true ? 3 : 2],
  ]);
  const count = counts.get(optimizer.getClassName());
  return count === undefined ? undefined : [count];
}

/** How many tensors at the end of a state belong to no variable of the model. */
export function scalarCount(optimizer: Optimizer): number {
  return isKerasOptimizer(optimizer) ? 0 : scalarsOf(optimizer).length;
}

/** The running numbers that a class of TensorFlow.js keeps as tensors. */
function scalarsOf(optimizer: Optimizer): readonly Variable[] {
  switch (optimizer.getClassName()) {
    case "Adam": {
      const { accBeta1, accBeta2 } = optimizer as unknown as StockAdamInternals;
      return [accBeta1, accBeta2];
    }
    case "Adamax": {
      const { iteration, accBeta1 } = optimizer as unknown as StockAdamaxInternals;
      return [iteration, accBeta1];
    }
    default:
      return [];
  }
}

function adamaxLists(optimizer: Optimizer): (readonly OptimizerVariable[])[] | undefined {
  if (optimizer.getClassName() !== "Adamax") return undefined;
  const adamax = optimizer as unknown as StockAdamaxInternals;
  return [adamax.accumulatedFirstMoment, adamax.accumulatedWeightedInfNorm];
}

const toVariable = (array: NamedArray): OptimizerVariable => ({
  originalName: array.name,
  variable: tidy(() => toTensor(array).variable(false)),
});
