/** Whose the tensors of an optimizer's state are: each is named `<weight>/<slot>`. */
import type { Variable } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { DataError } from "../../errors.ts";
import { modelInternals } from "../internals.ts";
import type { NamedArray } from "../named-array.ts";

/** A weight as an optimizer knows it: by its variable, and under a name that lasts. */
export interface OptimizedWeight {
  /** As the layer calls it, the same in every process; the variable's is unique within one. */
  readonly name: string;
  readonly variable: Variable;
}

/** A weight's part of a state, by the names of the slots. */
export interface Owner {
  readonly name: string;
  readonly shape: readonly number[];
  readonly slots: ReadonlyMap<string, NamedArray>;
}

/** The weights that the next steps of a compiled model move. */
export function optimizedWeights(model: LayersModel): readonly OptimizedWeight[] {
  return modelInternals(model).collectedTrainableWeights.map(optimizedWeight);
}

/** The same of any weight. */
export const optimizedWeight = (weight: LayerVariable): OptimizedWeight => ({
  name: weight.originalName,
  variable: weight.read() as Variable,
});

/** The same under names that differ, as a state needs them: the second "a" is "a:2", as no weight is called. */
export function withUniqueNames(weights: readonly OptimizedWeight[]): readonly OptimizedWeight[] {
  const counts = new Map<string, number>();
  return weights.map(({ name, variable }) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { name: count > 1 ? `${name}:${count}` : name, variable };
  });
}

/** The parts of a state, in its order. */
export function ownersOf(state: readonly NamedArray[]): Owner[] {
  const owners = new Map<string, Owner & { readonly slots: Map<string, NamedArray> }>();
  for (const array of state) {
    const at = array.name.lastIndexOf("/");
    const name = array.name.slice(0, at);
    const owner = owners.get(name) ?? { name, shape: array.shape, slots: new Map() };
    owners.set(name, owner);
    owner.slots.set(array.name.slice(at + 1), array);
  }
  return [...owners.values()];
}

/**
 * Which part of a state each weight takes over: that of its name, where all weights are found so; else
 * that of its place, since a second model in one process may have other names for the same layers; else
 * the weights that are found keep theirs and the others, which were frozen, have none.
 * @throws {DataError} if none of it is theirs.
 */
export function stateOfEach<T extends Pick<Owner, "name" | "shape">>(
  subject: string,
  owners: readonly T[],
  weights: readonly { readonly name: string; readonly shape: readonly number[] }[],
): (T | undefined)[] {
  const byName = new Map(owners.map((owner) => [owner.name, owner]));
  const named = weights.map(({ name }) => byName.get(name));
  const areSame =
    owners.length === weights.length &&
    owners.every(({ shape }, i) => String(shape) === String(weights[i].shape));
  const found = areSame && named.includes(undefined) ? owners : named;
  const fits =
    found.some(Boolean) &&
    found.every((owner, i) => !owner || String(owner.shape) === String(weights[i].shape));
  if (!fits) throw notTheirState(subject, weights.length, owners.length);
  return [...found];
}

/** A state that was loaded is not that of the weights that are trained. */
export function notTheirState(subject: string, weights: number, owners: number): DataError {
  return new DataError({
    subject,
    expected: `saved state for the ${weights} weights that are trained`,
    got: `that of ${owners}, or a part of it`,
    remedy: "take the whole state of a model with the same layers",
  });
}
