import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import { confusionMatrix } from "../../src/metrics/index.ts";
import { plotConfusionMatrix, toSvg } from "../../src/plots/index.ts";
import { expectGolden } from "./golden.ts";
import { valuesOf } from "./samples.ts";

const names = ["Airplane", "Automobile", "Bird", "Cat"];
const matrix = [
  [940, 12, 30, 18],
  [9, 960, 1, 30],
  [88, 0, 780, 132],
  [0, 0, 0, 0],
];
const texts = (spec: unknown): unknown[] => valuesOf(spec).map(({ text }) => text);
/** k classes with `diagonal` right and 1 wrong sample each. */
const sparse = (k: number, diagonal: number): number[][] =>
  Array.from({ length: k }, (_, i) =>
    Array.from({ length: k }, (__, j) => (i === j ? diagonal : (i + 1) % k === j ? 1 : 0)),
  );

describe("plotConfusionMatrix", () => {
  it("colours by share and prints counts", async () => {
    const matrix = [
      [900, 100],
      [1, 9],
    ];
    const options = { normalize: "true", cellText: "count", classNames: ["cat", "rare"] } as const;
    const spec = plotConfusionMatrix(matrix, options);
    expect(valuesOf(spec).map(({ text, value }) => [text, value])).toEqual([
      ["900", 0.9],
      ["100", 0.1],
      ["1", 0.1],
      ["9", 0.9],
    ]);
    expectGolden("confusion-matrix-shares-and-counts", await toSvg(spec));
    expect(() => plotConfusionMatrix(matrix, { cellText: "percent" } as never)).toThrow(
      /expected cellText/,
    );
  });

  it("draws counts and shares as before", async () => {
    expectGolden("matrix", await toSvg(plotConfusionMatrix(matrix, { classNames: names })));
    const options = { classNames: names, normalize: "true", title: "Shares" } as const;
    expectGolden("matrix-true", await toSvg(plotConfusionMatrix(matrix, options)));
  });

  it("has true classes as rows, named as in the axes' titles", async () => {
    const cells = valuesOf(plotConfusionMatrix(matrix));
    expect(cells.find(({ x, y }) => x === 3 && y === 2)).toMatchObject({ value: 132, text: "132" });
    const svg = await toSvg(plotConfusionMatrix(matrix));
    expect(svg).toContain(">Predicted Labels<");
    expect(svg).toContain(">True Labels<");
  });

  it("prints counts in full", () => {
    const spec = plotConfusionMatrix([
      [1234567, 100],
      [0, 7],
    ]);
    expect(texts(spec)).toEqual(["1234567", "100", "0", "7"]);
  });

  it("divides by rows, columns or the whole, and gives 0 for an empty row or column", () => {
    const values = (normalize: "true" | "pred" | "all"): unknown[] =>
      valuesOf(
        plotConfusionMatrix(
          [
            [3, 1],
            [0, 0],
          ],
          { normalize },
        ),
      ).map(({ value }) => value);
    expect(values("true")).toEqual([0.75, 0.25, 0, 0]);
    expect(values("pred")).toEqual([1, 1, 0, 0]);
    expect(values("all")).toEqual([0.75, 0.25, 0, 0]);
  });

  it("prints shares with two decimals, and with more where all are small", () => {
    expect(
      texts(
        plotConfusionMatrix([
          [0.125, 0.5],
          [1, 0],
        ]),
      ),
    ).toEqual(["0.13", "0.50", "1.00", "0.00"]);
    const all = plotConfusionMatrix(sparse(10, 9), { normalize: "all" });
    expect(texts(all).slice(0, 2)).toEqual(["0.090", "0.010"]);
  });

  it("writes white on dark cells, dark on light ones", () => {
    const dark = valuesOf(
      plotConfusionMatrix([
        [10, 0],
        [4, 7],
      ]),
    ).map((cell) => cell.dark);
    expect(dark).toEqual([false, true, true, false]);
  });

  it("names the numbers by what they are, and not at all where they do not tell", () => {
    const barTitle = (given: number[][], normalize?: "true" | "pred" | "all"): string | undefined =>
      /"text":"((?:Number|Share) of [^"]*)"/.exec(
        JSON.stringify(plotConfusionMatrix(given, { normalize })),
      )?.[1];
    const yTrue = [0, 0, 0, 1, 1, 2];
    const yPred = [0, 0, 1, 1, 0, 0];
    const measured = (normalize?: "true" | "pred" | "all"): number[][] =>
      confusionMatrix(yTrue, yPred, { normalize });
    expect(barTitle(measured())).toBe("Number of samples");
    expect(barTitle(measured("true"))).toBe("Share of the true class");
    // The third class is never predicted: its column sums to 0.
    expect(barTitle(measured("pred"))).toBe("Share of the predicted class");
    expect(barTitle(measured("all"))).toBe("Share of all samples");
    for (const whole of ["true", "pred", "all"] as const) {
      expect(barTitle(measured(), whole)).toBe(barTitle(measured(whole)));
    }
    expect(barTitle([[0.9, 0.1], [0.1, 0.9]])).toBe("Share of samples"); // prettier-ignore
    // Counts or shares, weights, and nothing at all.
    expect(barTitle([[1, 0], [0, 1]])).toBeUndefined(); // prettier-ignore
    expect(barTitle([[2.5, 0], [1, 3]])).toBeUndefined(); // prettier-ignore
    expect(barTitle([[0, 0], [0, 0]])).toBeUndefined(); // prettier-ignore
    expect(barTitle([[1, 1], [0, 1]])).toBe("Number of samples"); // prettier-ignore
    // Counts or percent.
    expect(barTitle([[90, 10], [0, 100]])).toBeUndefined(); // prettier-ignore
    expect(barTitle([[90, 10], [0, 0]])).toBeUndefined(); // prettier-ignore
    expect(barTitle([[90, 10], [1, 100]])).toBe("Number of samples"); // prettier-ignore
    expect(barTitle([[1]])).toBeUndefined();
    expect(barTitle([[7]])).toBe("Number of samples");
  });

  it("prints very small shares and very large counts as powers of ten", async () => {
    expect(texts(plotConfusionMatrix([[1e-300, 0], [2e-301, 0]]))).toEqual(["1.0e-300", "0", "2.0e-301", "0"]); // prettier-ignore
    expect(texts(plotConfusionMatrix([[1e21, 0], [12, 5]]))).toEqual(["1.0e+21", "0", "12", "5"]); // prettier-ignore
    expect(texts(plotConfusionMatrix([[123456789012]]))).toEqual(["123456789012"]);
    expect(await toSvg(plotConfusionMatrix([[1e-300, 0], [2e-301, 0]]))).not.toMatch(/NaN|Infinity/); // prettier-ignore
  });

  it("draws a matrix of zeros", async () => {
    const svg = await toSvg(
      plotConfusionMatrix([
        [0, 0],
        [0, 0],
      ]),
    );
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it.each([1, 2, 10, 20, 21, 50, 100])("gives every text its place with %i classes", (k) => {
    const classNames = Array.from({ length: k }, (_, i) => `class number ${i}`);
    const spec = plotConfusionMatrix(sparse(k, 1000), { classNames }) as unknown as {
      width: number;
      height: number;
      padding: Record<string, number>;
    };
    // Room for "1000" in a cell at the smallest font, and for the names beside the map.
    expect(spec.width).toBe(spec.height);
    expect(spec.width / k).toBeGreaterThanOrEqual(26);
    expect(spec.padding.left).toBeGreaterThan(100);
    if (k > 20) expect(texts(spec).filter((text) => text === "")).toHaveLength(k * k - 2 * k);
    else expect(texts(spec)).not.toContain("");
  });

  it("cuts very long class names", async () => {
    const spec = plotConfusionMatrix([[1]], { classNames: ["an endless class name ".repeat(5)] });
    expect(await toSvg(spec)).toMatch(/>an endless class .*…</);
  });

  it("shows class names as they are, whatever is in them", async () => {
    const classNames = ['"quotes" & <tags>', "datum.value'); throw 1"];
    const svg = await toSvg(
      plotConfusionMatrix(
        [
          [1, 2],
          [3, 4],
        ],
        { classNames },
      ),
    );
    expect(svg).toContain("&lt;tags&gt;");
    expect(svg).toContain("datum.value'); throw");
  });

  it("refuses what is no confusion matrix", () => {
    const bad = (value: unknown) => () => plotConfusionMatrix(value as number[][]);
    expect(bad([])).toThrow(/a square matrix with at least one row/);
    expect(bad([[1, 2]])).toThrow(/square matrix with 1 values in row 0, got 2;/);
    expect(bad([[1, 2], [3]])).toThrow(/with 2 values in row 1, got 1;/);
    expect(
      bad([
        [1, -2],
        [3, 4],
      ]),
    ).toThrow(/row 0 of the matrix to hold finite counts of at least 0, got -2 at index 1;/);
    expect(
      bad([
        [1, 2],
        [Number.NaN, 4],
      ]),
    ).toThrow(/row 1 of the matrix to hold .* got NaN at index 0;/);
    for (const value of [null, 3, "matrix", [null], [["a"]]])
      expect(bad(value)).toThrow(ArgumentError);
  });

  it("refuses class names and options that do not fit", () => {
    expect(() => plotConfusionMatrix(matrix, { classNames: ["a"] })).toThrow(
      /the 4 labels 0, 1, 2, 3, got 1 names;/,
    );
    expect(() => plotConfusionMatrix([[1]], { classNames: [3] as never })).toThrow(/got \[3\]/);
    expect(() => plotConfusionMatrix([[1]], { normalize: "rows" as never })).toThrow(
      /normalize to be one of "true", "pred", "all", got "rows"/,
    );
    expect(() => plotConfusionMatrix([[1]], { normalise: "all" } as never)).toThrow(
      /did you mean normalize\?/,
    );
  });
});
