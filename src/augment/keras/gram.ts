/**
 * Adds the inner products of all pairs of rows to the lower triangle of an n x n matrix:
 * `gram[i][j] += rows[i] . rows[j]` for j <= i.
 * @param rows n rows of `length` values.
 */
export function addGram(
  rows: Float64Array | Float32Array,
  n: number,
  length: number,
  gram: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const a = i * length;
    let j = 0;
    // Four products at a time: each value of row i is read once for all of them.
    for (; j + 3 <= i; j += 4) {
      const b = j * length;
      const c = b + length;
      const d = c + length;
      const e = d + length;
      let ab = 0;
      let ac = 0;
      let ad = 0;
      let ae = 0;
      for (let k = 0; k < length; k++) {
        const value = rows[a + k];
        ab += value * rows[b + k];
        ac += value * rows[c + k];
        ad += value * rows[d + k];
        ae += value * rows[e + k];
      }
      const at = i * n + j;
      gram[at] += ab;
      gram[at + 1] += ac;
      gram[at + 2] += ad;
      gram[at + 3] += ae;
    }
    for (; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += rows[a + k] * rows[j * length + k];
      gram[i * n + j] += sum;
    }
  }
}
