import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { numbers, useSimd } from "./backends.ts";

/** Distance between neighbouring float32 numbers at `x`; never less than the smallest number. */
function ulp(x: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(x) || Number.MIN_VALUE)));
  return 2 ** (exponent - 23);
}

/** The error function: its series, summed until it stands. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-19 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

interface Case {
  readonly compute: (x: tf.Tensor) => tf.Tensor;
  readonly exact: (x: number) => number;
  /** Where it is tested. */
  readonly from: number;
  readonly to: number;
  /** Largest error in units in the last place; half of one is unavoidable. */
  readonly ulps: number;
}

const CASES: Record<string, Case> = {
  exp: { compute: tf.exp, exact: Math.exp, from: -103, to: 88.7, ulps: 1.5 },
  expm1: { compute: tf.expm1, exact: Math.expm1, from: -20, to: 88.7, ulps: 2 },
  "expm1 near 0": { compute: tf.expm1, exact: Math.expm1, from: -1, to: 1, ulps: 2 },
  log: { compute: tf.log, exact: Math.log, from: 1e-3, to: 1e3, ulps: 1.5 },
  "log near 1": { compute: tf.log, exact: Math.log, from: 0.7, to: 1.5, ulps: 1.5 },
  "log of denormals": { compute: tf.log, exact: Math.log, from: 1e-44, to: 1e-38, ulps: 1.5 },
  log1p: { compute: tf.log1p, exact: Math.log1p, from: -0.99, to: 10, ulps: 3 },
  "log1p near 0": { compute: tf.log1p, exact: Math.log1p, from: -1e-3, to: 1e-3, ulps: 3 },
  tanh: { compute: tf.tanh, exact: Math.tanh, from: -10, to: 10, ulps: 2 },
  "tanh near 0": { compute: tf.tanh, exact: Math.tanh, from: -0.1, to: 0.1, ulps: 2 },
  sigmoid: {
    compute: tf.sigmoid,
    exact: (x) => 1 / (1 + Math.exp(-x)),
    ...{ from: -87, to: 20, ulps: 3 },
  },
  softplus: {
    compute: tf.softplus,
    exact: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    ...{ from: -80, to: 80, ulps: 3 },
  },
  erf: { compute: tf.erf, exact: erf, from: -5, to: 5, ulps: 8 },
  "erf near 0": { compute: tf.erf, exact: erf, from: -1e-3, to: 1e-3, ulps: 5 },
  pow: {
    compute: (x) => tf.pow(x, 1.7),
    exact: (x) => x ** 1.7000000476837158,
    from: 0,
    to: 1e20,
    ulps: 0.6,
  },
  "pow of a negative exponent": {
    compute: (x) => tf.pow(x, -0.5),
    ...{ exact: (x) => x ** -0.5, from: 1e-30, to: 10, ulps: 0.6 },
  },
  "elu below 0": { compute: tf.elu, exact: Math.expm1, from: -10, to: 0, ulps: 2 },
};

describe("exp, log and their relatives", () => {
  beforeAll(async () => {
    await useSimd({ threads: 1 });
  });

  it.each(Object.entries(CASES))("%s is within its units in the last place", (name, test) => {
    const { compute, exact, from, to, ulps } = test;
    const xs = numbers(50_000).map((u) => from + ((u + 2) / 4) * (to - from));
    const ys = tf.tidy(() => compute(tf.tensor1d(xs)).dataSync());
    let worst = { error: 0, x: 0 };
    xs.forEach((x, i) => {
      const y = exact(x);
      const error = Math.abs(ys[i] - y) / ulp(y);
      if (!(error <= worst.error)) worst = { error, x };
    });
    expect(worst.error, `${name}(${worst.x})`).toBeLessThanOrEqual(ulps);
  });

  it("gives the limits at the ends and passes NaN on", () => {
    const at = (op: (x: tf.Tensor) => tf.Tensor, ...xs: number[]): number[] =>
      tf.tidy(() => [...op(tf.tensor1d(xs)).dataSync()]);
    const inf = Infinity;
    expect(at(tf.exp, -inf, -110, 0, 89, inf, NaN)).toEqual([0, 0, 1, inf, inf, NaN]);
    expect(at(tf.expm1, -inf, -50, 0, 89, inf, NaN)).toEqual([-1, -1, 0, inf, inf, NaN]);
    expect(at(tf.log, -1, 0, 1, inf, NaN)).toEqual([NaN, -inf, 0, inf, NaN]);
    expect(at(tf.log1p, -2, -1, 0, inf, NaN)).toEqual([NaN, -inf, 0, inf, NaN]);
    expect(at(tf.tanh, -inf, 0, inf, NaN)).toEqual([-1, 0, 1, NaN]);
    expect(at(tf.sigmoid, -inf, 0, inf, NaN)).toEqual([0, 0.5, 1, NaN]);
    expect(at(tf.softplus, -inf, inf, NaN)).toEqual([0, inf, NaN]);
  });
});
