/** Elements that are no numbers, in lists that should hold some: none is taken for a number. */
import { expect, it } from "vitest";
import { ArgumentError } from "cifar-kit";
import { calibration, logLoss, mostConfused, rocAucScore } from "cifar-kit/metrics";

const ODD = ["0.5", null, undefined, true, 1n, Symbol("score"), Object.create(null), [0.5]];
const wrong = (value: unknown): never => value as never;

it.each(ODD)("refuses scores with an odd element in a row (%#)", (odd) => {
  const rows = wrong([
    [0.5, 0.5],
    [odd, 0.5],
  ]);
  for (const score of [logLoss, calibration, rocAucScore]) {
    expect(() => score([0, 1], rows)).toThrow(ArgumentError);
  }
});

it.each(ODD)("refuses odd elements in the place of a row (%#)", (odd) => {
  for (const rows of [
    [odd, [0.5, 0.5]],
    [[0.5, 0.5], odd],
    [[0.5, 0.5], ,],
  ]) {
    expect(() => logLoss([0, 1], wrong(rows))).toThrow(ArgumentError);
  }
});

it.each(ODD)("refuses matrices with an odd element (%#)", (odd) => {
  const matrix = wrong([
    [1, odd],
    [0, 1],
  ]);
  expect(() => mostConfused(matrix)).toThrow(ArgumentError);
});
