/** What is known of the order in which PyTorch has a tensor of the model. */
import {
  allAxes,
  distinct,
  type FeatureOrder,
  flatten,
  orderOfAxes,
  range,
  unflatten,
  withFirst,
} from "./feature-order.ts";
import type { Layer } from "./layer-weights.ts";

/** A layer whose treatment of axes can be told with the option `axes`. */
export interface OpenOrder {
  readonly layer: Layer;
  /** How many axes there are to be told. */
  readonly rank: number;
}

/**
 * A tensor of the model. Its numbers are those of `base`, in the same order row by row: flattening
 * and reshaping change the sizes only, here as in PyTorch.
 */
export interface TracedTensor {
  /** Sizes of its axes here, without the batch's. */
  readonly shape: readonly number[];
  readonly base: {
    readonly shape: readonly number[];
    /** The orders that PyTorch may have it in: one if that is known, none if nothing is. */
    readonly orders: readonly FeatureOrder[];
  };
  /** Where an order that is not known can be told. */
  readonly origin?: OpenOrder;
  /**
   * The Dense layers whose units these features are, in an order that is theirs to choose: PyTorch
   * may as well have them in another. Empty if they are units of layers that cannot change.
   */
  readonly units?: readonly Layer[];
  /** The order of the axes that a row of features is given, where it was told. */
  readonly givenAxes?: readonly number[];
}

/** A tensor that is in one of these orders. */
export function tracedTensor(
  shape: readonly number[],
  orders: readonly FeatureOrder[],
  more: Pick<TracedTensor, "origin" | "units"> = {},
): TracedTensor {
  return { shape, base: { shape, orders: distinct(orders) }, ...more };
}

/** Thrown where an order must be told: {@link OpenOrder} says by which layer. */
export class UnknownOrder extends Error {
  readonly origin: OpenOrder | undefined;
  constructor(origin: OpenOrder | undefined) {
    super("the order is not known");
    this.origin = origin;
  }
}

/**
 * The orders that PyTorch may have the tensor in, axis by axis.
 * @param wanted is told if the units of Dense layers have to stand in this order.
 */
export function ordersOf(
  { shape, base, origin, units, givenAxes }: TracedTensor,
  wanted: (units: readonly Layer[], order: Int32Array) => void,
): readonly FeatureOrder[] {
  if (String(shape) === String(base.shape)) return base.orders;
  // Sizes that only the data know.
  if (count(shape) !== count(base.shape)) return [];
  if (shape.length === 1) {
    return distinct(
      base.orders.map((order) => ({ axes: [0], along: [flatten(base.shape, order)] })),
    );
  }
  return distinct(
    base.orders.flatMap((order) => {
      const flat = flatten(base.shape, order);
      const channelsFirst = unflatten(
        flat,
        shape,
        givenAxes ?? withFirst(shape.length - 1, range(shape.length)),
      );
      if (channelsFirst) return [channelsFirst];
      if (units && base.shape.length === 1) {
        // PyTorch may have the units in the order that these axes ask for.
        if (!givenAxes || units.length === 0) throw new UnknownOrder(origin);
        wanted(units, flatten(shape, orderOfAxes(givenAxes))!);
        return [orderOfAxes(givenAxes)];
      }
      // A row of data can be in any order; a row that a layer made has its own.
      if (givenAxes && !flat) return [orderOfAxes(givenAxes)];
      if (givenAxes) throw new UnknownOrder(origin);
      return regrouped(flat, base.shape, order, shape);
    }),
  );
}

/** The orders after a reshape that PyTorch's channels-first tensor may not be able to follow. */
function regrouped(
  flat: Int32Array | undefined,
  from: readonly number[],
  order: FeatureOrder,
  to: readonly number[],
): FeatureOrder[] {
  for (const axes of allAxes(to.length)) {
    const found = unflatten(flat, to, axes);
    if (found) return [found];
  }
  // Then PyTorch must put its axes into another order first; whichever leads there may be it.
  return allAxes(from.length).flatMap((before) => {
    const moved = flatten(from, { axes: before, along: order.along });
    return allAxes(to.length).flatMap((axes) => unflatten(moved, to, axes) ?? []);
  });
}

/** How many numbers a tensor of these sizes has. */
export const count = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
