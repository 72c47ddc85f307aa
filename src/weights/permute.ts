/** Row-major values of the given shape, with the axes in another order, as NumPy's `transpose`. */
export function permute(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  const out = new Float32Array(values.length);
  let to = 0;
  const copy = (depth: number, from: number): void => {
    if (depth === order.length) {
      out[to++] = values[from];
      return;
    }
    const stride = strides[order[depth]];
    const size = shape[order[depth]];
    for (let i = 0; i < size; i++) copy(depth + 1, from + i * stride);
  };
  copy(0, 0);
  return out;
}

/** The order that undoes `order`. */
export function inverseOrder(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length);
  order.forEach((axis, position) => {
    inverse[axis] = position;
  });
  return inverse;
}
