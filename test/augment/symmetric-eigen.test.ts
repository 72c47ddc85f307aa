import { describe, expect, it } from "vitest";
import { addGram } from "../../src/augment/keras/gram.ts";
import { symmetricEigen } from "../../src/augment/keras/symmetric-eigen.ts";
import { randomStream } from "../../src/random/stream.ts";

describe("symmetricEigen", () => {
  const rng = randomStream(0, "test");
  const random = (n: number): Float64Array =>
    Float64Array.from({ length: n * n }, () => rng.uniform() - 0.5);

  it.each([
    ["1 x 1", 1, Float64Array.of(-3)],
    ["2 x 2", 2, Float64Array.of(2, 1, 1, 2)],
    ["of zeros", 4, new Float64Array(16)],
    ["diagonal", 3, Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 3)],
    ["of rank one", 5, new Float64Array(25).fill(1)],
    ["random, 7 x 7", 7, random(7)],
    ["random, 40 x 40", 40, random(40)],
  ])("takes a matrix apart: %s", (_, n, matrix) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j];
    }
    const { values, vectors } = symmetricEigen(matrix.slice(), n);
    // Rounding of n sums of n terms, each at most the matrix's norm.
    const atol = 10 * n * n * Number.EPSILON;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let rebuilt = 0;
        let product = 0;
        for (let k = 0; k < n; k++) {
          rebuilt += values[k] * vectors[k * n + i] * vectors[k * n + j];
          product += vectors[i * n + k] * vectors[j * n + k];
        }
        expect(Math.abs(rebuilt - matrix[i * n + j])).toBeLessThan(atol);
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(atol);
      }
    }
  });

  it("knows the eigenvalues of the second-difference matrix", () => {
    const n = 12;
    const matrix = Float64Array.from({ length: n * n }, (_, i) => {
      const distance = Math.abs(Math.floor(i / n) - (i % n));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    const { values } = symmetricEigen(matrix, n);
    values.sort();
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)), 13);
    });
  });
});

describe("addGram", () => {
  it.each([1, 2, 3, 4, 5, 9])("adds the products of all pairs of %i rows", (n) => {
    const rows = Float64Array.from({ length: n * 3 }, (_, i) => (i * 7) % 5);
    const gram = new Float64Array(n * n).fill(1);
    addGram(rows, n, 3, gram);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 1;
        for (let k = 0; k < 3; k++) sum += rows[i * 3 + k] * rows[j * 3 + k];
        expect(gram[i * n + j]).toBe(j <= i ? sum : 1);
      }
    }
  });
});
