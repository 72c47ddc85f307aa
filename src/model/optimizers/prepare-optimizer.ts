import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Variable } from "@tensorflow/tfjs-core";
import { modelInternals } from "../internals.ts";
import type { NamedArray } from "../named-array.ts";
import { notTheirState } from "./not-their-state.ts";
import {
  readOptimizerState,
  scalarCount,
  slotsPerVariable,
  writeOptimizerState,
} from "./optimizer-state.ts";
import { isKerasOptimizer } from "./restore-optimizer.ts";

/**
 * Gives each weight that the next steps move its own state, new where it had none, and gives up that
 * of all others. The optimizers of TensorFlow.js know their state by position only, and would hand
 * that of a layer which was frozen meanwhile to another.
 * @throws {TrainingError} if a state that was loaded is not that of these weights.
 */
export async function prepareOptimizer(subject: string, model: LayersModel): Promise<void> {
  const { optimizer, collectedTrainableWeights: weights } = modelInternals(model);
  const names = weights.map((weight) => (weight.read() as Variable).name);
  if (isKerasOptimizer(optimizer!)) {
    optimizer.track(names);
    return;
  }
  const [groups] = slotsPerVariable(optimizer!) ?? [0];
  const [iterations, ...state] = await readOptimizerState(optimizer!);
  const slots = state.slice(0, state.length - scalarCount(optimizer!));
  if (groups === 0 || slots.length === 0) return;
  const perGroup = slots.length / groups;
  const kinds = Array.from({ length: groups }, (_, i) => partOf(slots[i * perGroup].name, 1));
  // Behind the variables' own a group may have what only this library understands.
  const groupsOf = kinds.map((kind, i) =>
    slots.slice(i * perGroup, (i + 1) * perGroup).filter(({ name }) => partOf(name, 1) === kind),
  );
  const owners = groupsOf[0].map(({ name }) => partOf(name, 0));
  if (String(owners) === String(names) && perGroup === names.length) return;
  const isKnown = owners.some((owner) => names.includes(owner));
  // A second model in one process gets other variable names for the same layers.
  const areSame = weights.every(({ shape }, i) => String(shape) === String(groupsOf[0][i]?.shape));
  if (!isKnown && !(areSame && owners.length === names.length)) {
    throw notTheirState(subject, names.length, slots.length);
  }
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  const { initialAccumulatorValue = 0 } = optimizer!.getConfig();
  const moved = kinds.flatMap((kind, group) =>
    weights.map((weight, i): NamedArray => {
      const name = `${names[i]}/${kind}`;
      const found = isKnown ? byName.get(name) : groupsOf[group][i];
      if (found) return { ...found, name };
      const shape = weight.shape as number[];
      const size = shape.reduce((product, length) => product * length, 1);
      return { name, shape, values: new Float32Array(size).fill(Number(initialAccumulatorValue)) };
    }),
  );
  const scalars = state.slice(slots.length);
  await writeOptimizerState(subject, optimizer!, [iterations, ...moved, ...scalars]);
}

/** The variable, or the slot, of a name such as `dense/kernel/momentum`. */
function partOf(name: string, part: 0 | 1): string {
  const at = name.lastIndexOf("/");
  return part === 0 ? name.slice(0, at) : name.slice(at + 1);
}
