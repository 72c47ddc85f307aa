import { describe, expect, it } from "vitest";
import { mostConfident } from "../../src/metrics/index.ts";

const evaluation = {
  yTrue: Int32Array.of(0, 1, 2, 0, 1, 2),
  yPred: Int32Array.of(1, 1, 0, 2, 0, 2),
  probabilities: [
    ...[0.2, 0.7, 0.1],
    ...[0.0, 1.0, 0.0],
    ...[0.9, 0.0, 0.1],
    ...[0.1, 0.2, 0.7],
    ...[0.7, 0.3, 0.0],
    ...[0.2, 0.2, 0.6],
  ],
};
const paths = ["a", "b", "c", "d", "e", "f"];
const set = { labels: [0, 1, 2, 0, 1, 2], paths };

describe("mostConfident", () => {
  it("gives the surest mistakes, ties in the order of the set", () => {
    expect(mostConfident(evaluation, set, { wrong: true, count: 3 })).toEqual({
      indices: [2, 0, 3],
      paths: ["c", "a", "d"],
      labels: [2, 0, 0],
      yPred: [0, 1, 2],
      probabilities: [0.9, 0.7, 0.7],
    });
    expect(mostConfident(evaluation, set).indices).toEqual([2, 0, 3, 4]);
  });

  it("gives the surest right predictions, if asked", () => {
    const { indices, paths } = mostConfident(evaluation, { labels: set.labels }, { wrong: false });
    expect(indices).toEqual([1, 5]);
    expect(paths).toBeUndefined();
  });

  it("takes probabilities in rows", () => {
    const { probabilities: flat } = evaluation;
    const rows = evaluation.yTrue.map((_, i) => i);
    const nested = Array.from(rows, (i) => flat.slice(3 * i, 3 * i + 3));
    for (const wrong of [true, false]) {
      const found = mostConfident({ ...evaluation, probabilities: nested }, set, { wrong });
      expect(found).toEqual(mostConfident(evaluation, set, { wrong }));
    }
  });

  it("gives none where none is wrong", () => {
    const right = { ...evaluation, yPred: evaluation.yTrue };
    expect(mostConfident(right, set).indices).toEqual([]);
  });

  it.each([
    ["another set", evaluation, { labels: [0, 1, 2, 0, 1, 1] }, /the set that was evaluated, got/],
    ["a larger set", evaluation, { labels: [0, 1, 2, 0, 1, 2, 0] }, /the set that was evaluated/],
    ["no set", evaluation, undefined, /the set that was evaluated/],
    ["no evaluation", [0, 1], set, /an evaluation, got \[0, 1\]; pass what evaluate returned/],
    ["no probabilities", { ...evaluation, probabilities: undefined }, set, /probabilities to be/],
    ["too few paths", evaluation, { ...set, paths: ["a"] }, /paths to be a list of 6 texts, one p/],
    ["paths with holes", evaluation, { ...set, paths: new Array(6) }, /paths to be a list of 6/],
    ["class names", { ...evaluation, classNames: [1, 2, 3] }, set, /classNames to be a list of/],
    ["other classes", { ...evaluation, yPred: [0, 1, 2, 3, 0, 0] }, set, /yPred to hold labels/],
  ])("refuses %s", (_, given, images, message) => {
    expect(() => mostConfident(given as never, images as never)).toThrow(message);
  });
});
