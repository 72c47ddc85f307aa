/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reflections to tridiagonal form,
 * then implicit QL steps. All inner loops run along rows, so that a matrix of CIFAR-10's size (3072
 * columns, 75 MB) streams through the cache instead of thrashing it.
 */

/** A symmetric matrix taken apart: `A = sum over k of values[k] * vectors[k] * vectors[k]^T`. */
export interface SymmetricEigen {
  /** n eigenvalues, in no particular order. */
  readonly values: Float64Array;
  /** n x n; row k is the unit eigenvector of `values[k]`. */
  readonly vectors: Float64Array;
}

/**
 * Takes a symmetric matrix apart, in about 8 n^3 operations.
 * @param a n x n, finite, of which only the lower triangle is read; overwritten.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const values = new Float64Array(n);
  const coupling = new Float64Array(n);
  const scales = tridiagonalize(a, n, values, coupling);
  const vectors = accumulateReflections(a, n, scales);
  diagonalize(values, coupling, vectors, n);
  return { values, vectors };
}

/**
 * Reduces `a` from the last row up. Afterwards `diagonal` holds the diagonal, `coupling[i]` the
 * entry between i - 1 and i, and row i of `a` the vector v of reflection i, which is
 * I - scales[i] v v^T on the first i coordinates.
 */
function tridiagonalize(
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  coupling: Float64Array,
): Float64Array {
  const scales = new Float64Array(n);
  const product = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    const v = a.subarray(i * n, i * n + i);
    diagonal[i] = a[i * n + i];
    const last = v[i - 1];
    let rest = 0;
    for (let k = 0; k < i - 1; k++) rest += v[k] * v[k];
    if (rest === 0) {
      coupling[i] = last;
      continue;
    }
    const norm = Math.sqrt(last * last + rest);
    coupling[i] = last > 0 ? -norm : norm;
    v[i - 1] = last - coupling[i];
    const scale = 2 / (rest + v[i - 1] * v[i - 1]);
    scales[i] = scale;
    multiplySymmetric(a, n, v, product);
    let overlap = 0;
    for (let k = 0; k < i; k++) {
      product[k] *= scale;
      overlap += product[k] * v[k];
    }
    const correction = (scale / 2) * overlap;
    for (let k = 0; k < i; k++) product[k] -= correction * v[k];
    for (let r = 0; r < i; r++) {
      const row = r * n;
      const vr = v[r];
      const wr = product[r];
      for (let c = 0; c <= r; c++) a[row + c] -= vr * product[c] + wr * v[c];
    }
  }
  diagonal[0] = a[0];
  return scales;
}

/** `out = A v` for the leading block of `a` as large as v, from its lower triangle. */
function multiplySymmetric(a: Float64Array, n: number, v: Float64Array, out: Float64Array): void {
  for (let r = 0; r < v.length; r++) {
    const row = r * n;
    const vr = v[r];
    let sum = 0;
    for (let c = 0; c < r; c++) {
      sum += a[row + c] * v[c];
      out[c] += a[row + c] * vr;
    }
    out[r] = sum + a[row + r] * vr;
  }
}

/** The product of all reflections, transposed: row k is the k-th column of the basis change. */
function accumulateReflections(a: Float64Array, n: number, scales: Float64Array): Float64Array {
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let i = 1; i < n; i++) {
    if (scales[i] === 0) continue;
    const v = a.subarray(i * n, i * n + i);
    // The reflections so far moved the first i - 1 coordinates only, so the other rows are units.
    for (let r = 0; r < i; r++) {
      const row = r * n;
      let overlap = 0;
      for (let c = 0; c < i; c++) overlap += vectors[row + c] * v[c];
      overlap *= scales[i];
      for (let c = 0; c < i; c++) vectors[row + c] -= overlap * v[c];
    }
  }
  return vectors;
}

/** QL steps with implicit shifts until every coupling has vanished; turns `vectors` along. */
function diagonalize(
  values: Float64Array,
  coupling: Float64Array,
  vectors: Float64Array,
  n: number,
): void {
  // From here on coupling[i] is the entry between i and i + 1.
  coupling.copyWithin(0, 1);
  coupling[n - 1] = 0;
  for (let first = 0; first < n; first++) {
    for (;;) {
      let last = first;
      while (last < n - 1 && !isNegligible(coupling[last], values[last], values[last + 1])) last++;
      if (last === first) break;
      qlStep(values, coupling, vectors, n, first, last);
    }
  }
}

/** One chase of the bulge from `last` up to `first`. */
function qlStep(
  values: Float64Array,
  coupling: Float64Array,
  vectors: Float64Array,
  n: number,
  first: number,
  last: number,
): void {
  // Wilkinson's shift: the eigenvalue of the leading 2 x 2 block next to its first entry.
  const half = (values[first + 1] - values[first]) / (2 * coupling[first]);
  const root = Math.sqrt(half * half + 1);
  let g = values[last] - values[first] + coupling[first] / (half + (half < 0 ? -root : root));
  let sin = 1;
  let cos = 1;
  let shift = 0;
  for (let i = last - 1; i >= first; i--) {
    const f = sin * coupling[i];
    const b = cos * coupling[i];
    const r = Math.sqrt(f * f + g * g);
    coupling[i + 1] = r;
    if (r === 0) {
      values[i + 1] -= shift;
      coupling[last] = 0;
      return;
    }
    sin = f / r;
    cos = g / r;
    g = values[i + 1] - shift;
    const t = (values[i] - g) * sin + 2 * cos * b;
    shift = sin * t;
    values[i + 1] = g + shift;
    g = cos * t - b;
    rotateRows(vectors, i * n, n, cos, sin);
  }
  values[first] -= shift;
  coupling[first] = g;
  coupling[last] = 0;
}

/** Turns the row that begins at `row` and the one after it in their plane. */
function rotateRows(m: Float64Array, row: number, n: number, cos: number, sin: number): void {
  for (let k = row; k < row + n; k++) {
    const upper = m[k];
    const lower = m[k + n];
    m[k] = cos * upper - sin * lower;
    m[k + n] = sin * upper + cos * lower;
  }
}

function isNegligible(coupling: number, value: number, next: number): boolean {
  return Math.abs(coupling) <= Number.EPSILON * (Math.abs(value) + Math.abs(next));
}
