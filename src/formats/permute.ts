/**
 * Where the elements of an array lie once its axes stand in another order, and the elements along
 * an axis too: for each place in the new array, row by row, its index in the old one.
 * @param shape sizes of the old array's axes.
 * @param order the old axes in their new order, as NumPy's `transpose` takes it.
 * @param along for each old axis the old index at each new one; left out where they are the same.
 */
export function sourceIndices(
  shape: readonly number[],
  order: readonly number[],
  along: readonly (Int32Array | undefined)[] = [],
): Int32Array {
  const strides = stridesOf(shape);
  const sources = new Int32Array(shape.reduce((product, size) => product * size, 1));
  let to = 0;
  const walk = (depth: number, from: number): void => {
    if (depth === order.length) {
      sources[to++] = from;
      return;
    }
    const axis = order[depth];
    const indices = along[axis];
    for (let i = 0; i < shape[axis]; i++) {
      walk(depth + 1, from + (indices ? indices[i] : i) * strides[axis]);
    }
  };
  walk(0, 0);
  return sources;
}

/** How far apart, row by row, neighbours along each axis are. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}
