/** What layers do to the order of features that only change the sizes or the order of axes. */
import type { AxisRule, Context } from "./axis-rule.ts";
import { permuteHere, range, sameAlong, withFirst } from "./feature-order.ts";
import { configOf } from "./layer-axes.ts";
import { count, ordersOf, type TracedTensor, tracedTensor } from "./traced-tensor.ts";

export const flattenRule: AxisRule = ([place], context) => {
  const { layer, shape } = context;
  const rank = place.shape.length;
  if (rank === 1) return place;
  const from =
    configOf(layer).dataFormat === "channelsFirst"
      ? permuted(place, [...range(rank).slice(1), 0], context)
      : place;
  return { ...from, shape, origin: originOf(place, context), givenAxes: undefined };
};

export const reshape: AxisRule = ([place], context) => {
  const { layer, givenAxes } = context;
  // TensorFlow.js does not work out the size that is left open.
  const open = (configOf(layer).targetShape as (number | null)[]).indexOf(null);
  const rest = count(context.shape.filter((_, i) => i !== open));
  const whole = count(place.shape);
  const shape = context.shape.map((size, i) => (i === open ? whole / rest : size));
  const ranks = [place.shape.length, shape.length];
  if (ranks[0] > 1)
    return { ...place, shape, origin: originOf(place, context), givenAxes: undefined };
  return { ...place, shape, givenAxes, origin: place.origin ?? { layer, rank: ranks[1] } };
};

/** Where the order behind a flattening or reshaping layer is to be told: earlier if it was scrambled before. */
function originOf(place: TracedTensor, { layer, wanted }: Context): TracedTensor["origin"] {
  const orders = ordersOf(place, wanted);
  const clear = orders.every(({ along }) =>
    along.every((indices, axis) => sameAlong(indices, orders[0].along[axis])),
  );
  return clear && orders.length > 0 ? { layer, rank: place.shape.length } : place.origin;
}

function permuted(place: TracedTensor, dims: readonly number[], { wanted }: Context): TracedTensor {
  const orders = ordersOf(place, wanted).map((order) => permuteHere(order, dims));
  return tracedTensor(
    dims.map((axis) => place.shape[axis]),
    orders,
    { origin: place.origin },
  );
}

/**
 * In PyTorch a Permute layer may be left out (the axes were in that order all along), or change
 * the axes other than the channels', or all of them.
 */
export const permute: AxisRule = ([place], context) => {
  const dims = (configOf(context.layer).dims as number[]).map((dim) => dim - 1);
  if (dims.every((axis, i) => axis === i)) return place;
  const { base, origin } = permuted(place, dims, context);
  const rank = dims.length;
  return tracedTensor(
    context.shape,
    base.orders.flatMap(({ axes, along }) => [
      { axes, along },
      { axes: withFirst(axes[0], range(rank)), along },
      { axes: range(rank), along },
    ]),
    { origin },
  );
};
