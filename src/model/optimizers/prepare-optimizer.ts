import { dispose, fill, type Optimizer, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals, type OptimizerVariable } from "../internals.ts";
import { buildKerasOptimizer } from "./build-keras-optimizer.ts";
import { disposeWhatItMakes } from "./dispose-what-it-makes.ts";
import { withFusedUpdate } from "./fused-update.ts";
import { slotsPerVariable } from "./optimizer-state.ts";
import { stateOfEach, optimizedWeights, type OptimizedWeight, withUniqueNames } from "./owners.ts";

/**
 * Gives each weight that the next steps of a compiled model move its own state, new where it had none,
 * and gives up that of all others. Idempotent.
 * @throws {DataError} if a state that was set before is not that of these weights.
 */
export function prepareOptimizer(subject: string, model: LayersModel): void {
  const optimizer = modelInternals(model).optimizer!;
  if (buildKerasOptimizer(model)) return;
  disposeWhatItMakes(optimizer);
  withFusedUpdate(optimizer);
  if (slotsPerVariable(optimizer)) {
    moveSlots(subject, optimizer, withUniqueNames(optimizedWeights(model)));
  }
}

/**
 * The optimizers of TensorFlow.js make their state at the first step, and know it by position only: that
 * of a layer which was frozen meanwhile would go to another.
 */
function moveSlots(
  subject: string,
  optimizer: Optimizer,
  weights: readonly OptimizedWeight[],
): void {
  const { initialAccumulatorValue = 0 } = optimizer.getConfig();
  const lists = Object.entries(optimizer) as [string, unknown][];
  for (const [key, list] of lists) {
    if (!Array.isArray(list) || list.length === 0) continue;
    const entries = (list as OptimizerVariable[]).map(({ originalName, variable }) => {
      const at = originalName.lastIndexOf("/");
      const [name, kind] = [originalName.slice(0, at), originalName.slice(at + 1)];
      return { name, kind, shape: variable.shape, variable };
    });
    const [{ kind }] = entries;
    // Behind the variables' own a list may have what only this library understands.
    const owners = entries.filter((entry) => entry.kind === kind);
    const byName = new Map(owners.map((owner) => [owner.name, owner]));
    const named = weights.map(({ variable }) => byName.get(variable.name));
    const found = named.some(Boolean)
      ? named
      : stateOfEach(
          subject,
          owners,
          weights.map(({ name, variable: { shape } }) => ({ name, shape })),
        );
    const moved = weights.map(({ variable: { name, shape } }, i): OptimizerVariable => ({
      originalName: `${name}/${kind}`,
      variable: found[i]?.variable ?? variableOf(shape, Number(initialAccumulatorValue)),
    }));
    dispose(entries.filter((entry) => !found.includes(entry)).map(({ variable }) => variable));
    Object.assign(optimizer, { [key]: moved });
  }
}

const variableOf = (shape: number[], value: number): OptimizerVariable["variable"] =>
  tidy(() => fill(shape, value).variable(false));
