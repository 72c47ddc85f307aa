import {
  add,
  matMul,
  maximum,
  mul,
  div,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";

/** Coefficients of Muon's iteration x (a + b x^2 + c x^4): steep at 0, and near 1 behind five steps. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
/** Smaller norms count as this one. */
const LEAST_NORM = 1e-7;

/**
 * A matrix with the same singular vectors whose singular values are near 1 (0.7 to 1.2 after five steps where
 * they were above a hundredth of its norm), by a Newton-Schulz iteration; to be disposed of by the caller.
 */
export function orthogonalized(matrix: Tensor2D, steps: number): Tensor2D {
  const [rows, columns] = matrix.shape;
  const isTall = rows > columns;
  let x = toNorm(matrix, 1);
  for (let step = 0; step < steps; step++) {
    // The smaller one of the two products with its transpose.
    const gram: Tensor2D = matMul(x, x, isTall, !isTall);
    const polynomial = add(mul(gram, B), mul(matMul(gram, gram), C));
    x = add(mul(x, A), isTall ? matMul(x, polynomial) : matMul(polynomial, x));
  }
  return x;
}

/** A tensor scaled to this Euclidean norm. */
export function toNorm<T extends Tensor>(x: T, length: number): T {
  return mul(x, div(length, maximum(sqrt(sum(square(x))), LEAST_NORM)));
}
