import type { Optimizer, Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../internals.ts";
import { buildKerasOptimizer } from "./build-keras-optimizer.ts";
import { leaveNothing } from "./leave-nothing.ts";
import {
  readOptimizerState,
  scalarCount,
  slotsPerVariable,
  writeOptimizerState,
} from "./optimizer-state.ts";
import { heirs, optimizedWeights, type OptimizedWeight, type Owner, ownersOf } from "./owners.ts";

/**
 * Gives each weight that the next steps of a compiled model move its own state, new where it had none,
 * and gives up that of all others. Idempotent.
 * @throws {DataError} if a state that was set before is not that of these weights.
 */
export async function buildOptimizer(subject: string, model: LayersModel): Promise<void> {
  const optimizer = modelInternals(model).optimizer!;
  if (buildKerasOptimizer(model)) return;
  leaveNothing(optimizer);
  await moveSlots(subject, optimizer, optimizedWeights(model));
}

/**
 * The optimizers of TensorFlow.js make their state at the first step, and know it by position only: that
 * of a layer which was frozen meanwhile would go to another.
 */
async function moveSlots(
  subject: string,
  optimizer: Optimizer,
  weights: readonly OptimizedWeight[],
): Promise<void> {
  const [groups] = slotsPerVariable(optimizer) ?? [0];
  const [iterations, ...state] = await readOptimizerState(optimizer);
  const slots = state.slice(0, state.length - scalarCount(optimizer));
  if (groups === 0 || slots.length === 0) return;
  const perGroup = slots.length / groups;
  const kinds = Array.from({ length: groups }, (_, i) =>
    slots[i * perGroup].name.split("/").at(-1)!,
  );
  // Behind the variables' own a group may have what only this library understands.
  const owners = ownersOf(slots.filter(({ name }) => kinds.includes(name.split("/").at(-1)!)));
  const names = weights.map(({ variable }) => variable.name);
  if (String(owners.map(({ name }) => name)) === String(names) && perGroup === names.length) return;
  const byName = new Map(owners.map((owner) => [owner.name, owner]));
  const found: (Owner | undefined)[] = names.some((name) => byName.has(name))
    ? names.map((name) => byName.get(name))
    : heirs(
        subject,
        owners,
        weights.map(({ name, variable: { shape } }) => ({ name, shape })),
      );
  const { initialAccumulatorValue = 0 } = optimizer.getConfig();
  const newSlot = ({ size }: Variable): Float32Array =>
    new Float32Array(size).fill(Number(initialAccumulatorValue));
  const moved = kinds.flatMap((kind) =>
    weights.map(({ variable }, i) => ({
      name: `${variable.name}/${kind}`,
      shape: variable.shape,
      values: found[i]?.slots.get(kind)?.values ?? newSlot(variable),
    })),
  );
  const scalars = state.slice(slots.length);
  await writeOptimizerState(subject, optimizer, [iterations, ...moved, ...scalars]);
}
