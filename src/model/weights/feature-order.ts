/**
 * One order in which PyTorch may have the numbers that a tensor holds here.
 *
 * A tensor `[height, width, channels]` here is `[channels, height, width]` there: axes
 * `[2, 0, 1]`. Numbers of one axis can change places, too: behind a Flatten layer the one axis that
 * is left has the same numbers in another order.
 */
import { sourceIndices, stridesOf } from "../../formats/permute.ts";

/** An order of the axes, the batch's left out, and of the numbers along them. */
export interface FeatureOrder {
  /** The axes here, in PyTorch's order. */
  readonly axes: readonly number[];
  /** For each axis here: the index here at each index there; `undefined` where they are the same. */
  readonly along: readonly Along[];
}

/** The index here at each index there, along one axis; `undefined` if they are the same. */
export type Along = Int32Array | undefined;

/** The axes 0, 1, ... in their order. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The same axes with one of them moved to the front. */
export const withFirst = (axis: number, axes: readonly number[]): number[] => [
  axis,
  ...axes.filter((other) => other !== axis),
];

/** The same axes with one of them moved to the end. */
export const withLast = (axis: number, axes: readonly number[]): number[] => [
  ...axes.filter((other) => other !== axis),
  axis,
];

/** An order that differs in its axes only. */
export function orderOfAxes(axes: readonly number[]): FeatureOrder {
  return { axes, along: axes.map(() => undefined) };
}

/** For each number there, row by row, its index here. */
export function flatten(shape: readonly number[], { axes, along }: FeatureOrder): Along {
  return unlessSame(sourceIndices(shape, axes, along));
}

/** `undefined` for indices that change nothing. */
function unlessSame(indices: Int32Array): Along {
  return indices.every((index, i) => index === i) ? undefined : indices;
}

/**
 * The order of a tensor `shape` that PyTorch has by giving its own tensor of `flat` numbers the sizes
 * of `axes`; `undefined` if that mixes numbers of several indices along an axis.
 */
export function unflatten(
  flat: Along,
  shape: readonly number[],
  axes: readonly number[],
): FeatureOrder | undefined {
  const here = stridesOf(shape);
  const there = stridesOf(axes.map((axis) => shape[axis]));
  const indexHere = (place: number): number => (flat ? flat[place] : place);
  const along = new Array<Int32Array>(shape.length);
  axes.forEach((axis, position) => {
    along[axis] = Int32Array.from(
      { length: shape[axis] },
      (_, i) => Math.floor(indexHere(i * there[position]) / here[axis]) % shape[axis],
    );
  });
  const expected = sourceIndices(shape, axes, along);
  if (!expected.every((index, place) => index === indexHere(place))) return undefined;
  return { axes, along: along.map(unlessSame) };
}

/** What becomes of an order when the axes here change places: the numbers there stay where they are. */
export function permuteHere({ axes, along }: FeatureOrder, dims: readonly number[]): FeatureOrder {
  return { axes: axes.map((axis) => dims.indexOf(axis)), along: dims.map((axis) => along[axis]) };
}

/** Indices of the channels that a depthwise convolution makes of these. */
export function repeated(along: Int32Array, times: number): Int32Array {
  return Int32Array.from(
    { length: along.length * times },
    (_, i) => along[Math.floor(i / times)] * times + (i % times),
  );
}

/** Whether two orders along an axis are the same. */
export function sameAlong(a: Along, b: Along): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((index, i) => index === b[i]);
}

/** The orders, each once. */
export function distinct(orders: readonly FeatureOrder[]): FeatureOrder[] {
  return orders.filter((order, i) => orders.findIndex((other) => sameOrder(order, other)) === i);
}

function sameOrder(a: FeatureOrder, b: FeatureOrder): boolean {
  return (
    a.axes.every((axis, i) => axis === b.axes[i]) &&
    a.along.every((indices, axis) => sameAlong(indices, b.along[axis]))
  );
}

/** Every order of so many axes; the channels' (the last) first, then as here, then the others. */
export function allAxes(rank: number): number[][] {
  const all = rank === 0 ? [[]] : permutations(range(rank));
  const likely = [withFirst(rank - 1, range(rank)), range(rank)].map(String);
  const place = (axes: number[]): number => (likely.indexOf(String(axes)) + 3) % 3;
  return all.sort((a, b) => place(a) - place(b));
}

function permutations(items: readonly number[]): number[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
