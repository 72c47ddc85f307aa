/** What layers do to the order of features that join several inputs. */
import type { AxisRule, Context } from "./axis-rule.ts";
import { type Along, distinct, type FeatureOrder, range, sameAlong } from "./feature-order.ts";
import { axisOf } from "./layer-axes.ts";
import { ordersOf, type TracedTensor, tracedTensor } from "./traced-tensor.ts";

export const concatenate: AxisRule = (inputs, context) => {
  const { shape, layer } = context;
  const axis = axisOf(layer, shape.length);
  const offsets = inputs.map((_, i) =>
    inputs.slice(0, i).reduce((sum, place) => sum + place.shape[axis], 0),
  );
  const joined = (parts: readonly FeatureOrder[]): Along => {
    const all = parts.map(({ along }) => along[axis]);
    if (all.every((indices) => !indices)) return undefined;
    const indices = new Int32Array(shape[axis]);
    all.forEach((part, i) => {
      const size = inputs[i].shape[axis];
      for (let k = 0; k < size; k++) indices[offsets[i] + k] = offsets[i] + (part ? part[k] : k);
    });
    return indices;
  };
  return merged(inputs, context, (parts) =>
    parts[0].along.map((indices, other) => {
      if (other === axis) return joined(parts);
      return parts.every(({ along }) => sameAlong(along[other], indices)) ? indices : "apart";
    }),
  );
};

/** Add, Multiply and the like: what meets must stand in the same place. */
export const elementwise: AxisRule = (inputs, context) => {
  const { shape } = context;
  const rank = shape.length;
  const place = merged(inputs, context, (parts) =>
    range(rank).map((axis) => {
      const met = parts.flatMap(({ along }, i) => {
        const own = axis - (rank - inputs[i].shape.length);
        return own < 0 || inputs[i].shape[own] !== shape[axis] ? [] : [along[own]];
      });
      return met.every((indices) => sameAlong(indices, met[0])) ? met[0] : "apart";
    }),
  );
  if (place.base.orders.length > 0 || rank > 1) return place;
  // Units of Dense layers that meet features in another order take on that order.
  const fixed = inputs.filter(({ units }) => !units?.length);
  const orders = distinct(fixed.flatMap((input) => [...ordersOf(input, context.wanted)]));
  const [along] = orders[0]?.along ?? [];
  if (orders.length !== 1 || !along) return place;
  context.wanted(
    inputs.flatMap(({ units }) => units ?? []),
    along,
  );
  return tracedTensor(shape, orders, { origin: place.origin });
};

/** The orders that inputs can have together; `combine` gives each axis's, or says that they cannot. */
function merged(
  inputs: readonly TracedTensor[],
  { shape, wanted }: Context,
  combine: (parts: readonly FeatureOrder[]) => readonly (Along | "apart")[],
): TracedTensor {
  const rank = shape.length;
  let combinations: FeatureOrder[][] = [[]];
  for (const input of inputs) {
    const orders = ordersOf(input, wanted);
    combinations = combinations.flatMap((parts) => orders.map((order) => [...parts, order]));
    if (combinations.length > 500) combinations = [];
  }
  const orders = combinations.flatMap((parts) => {
    const along = combine(parts);
    if (along.includes("apart")) return [];
    // Where their axes stand in other orders, PyTorch has to put one in the other's.
    const full = parts.filter((_, i) => inputs[i].shape.length === rank);
    return full.map(({ axes }) => ({ axes, along: along as Along[] }));
  });
  const unclear = inputs.find((input) => ordersOf(input, wanted).length !== 1);
  const { origin } = unclear ?? inputs.find((input) => input.origin) ?? inputs[0];
  const all = inputs.every(({ units }) => units);
  const units = all ? inputs.flatMap((input) => [...input.units!]) : undefined;
  return tracedTensor(shape, orders, { origin, units });
}
