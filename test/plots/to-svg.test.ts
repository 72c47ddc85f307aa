import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError, SourceError } from "../../src/errors.ts";
import { plotConfusionMatrix, plotHistory, plotRoc, toSvg } from "../../src/plots/index.ts";

afterEach(() => {
  vi.doUnmock("vega");
  vi.resetModules();
});

describe("toSvg", () => {
  it("gives the same text for the same specification, and leaves that as it was", async () => {
    const spec = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });
    const before = structuredClone(spec);
    expect(await toSvg(spec)).toBe(await toSvg(spec));
    // Symbols included, which JSON would not show.
    expect(spec).toEqual(before);
  });

  it("names clips and gradients by what the picture is, not by how many were drawn before", async () => {
    const curve = { falsePositiveRate: [0, 1], truePositiveRate: [0, 1] };
    const idsOf = (svg: string): string[] =>
      [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const specs = [
      plotConfusionMatrix([[3, 1], [0, 2]]), // prettier-ignore
      plotConfusionMatrix([[3, 2], [0, 2]]), // prettier-ignore
      plotRoc(curve, { zoom: 0.3 }),
      plotRoc(curve, { zoom: 0.2 }),
    ];
    const first = await Promise.all(specs.map(toSvg));
    for (const [i, spec] of specs.entries()) expect(await toSvg(spec)).toBe(first[i]);
    // In one page each has its own.
    const ids = first.map((svg) => new Set(idsOf(svg)));
    expect(ids.every(({ size }) => size > 0)).toBe(true);
    const all = ids.flatMap((own) => [...own]);
    expect(new Set(all).size).toBe(all.length);
    for (const [i, svg] of first.entries()) {
      const used = [...svg.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
      expect(used.length).toBeGreaterThan(0);
      expect(used.every((id) => ids[i].has(id))).toBe(true);
    }
  });

  it("draws specifications that went through JSON, and any other Vega-Lite specification", async () => {
    const spec = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });
    expect(await toSvg(JSON.parse(JSON.stringify(spec)) as typeof spec)).toBe(await toSvg(spec));
    const own = { data: { values: [{ a: 1 }] }, mark: "bar", encoding: { x: { field: "a" } } };
    expect(await toSvg(own as never)).toMatch(/^<svg /);
  });

  it("says what the picture shows, for those who cannot see it", async () => {
    const svg = await toSvg(plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] }));
    expect(svg).toMatch(/^<svg role="img" aria-label="Loss and accuracy by epoch, training" /);
    const own = { mark: "bar", data: { values: [] }, description: 'a "b" <c> & $& d' };
    expect(await toSvg(own as never)).toContain(
      'aria-label="a &quot;b&quot; &lt;c> &amp; $&amp; d"',
    );
  });

  it("refuses what is no specification", async () => {
    for (const spec of [undefined, null, "spec", [], 3]) {
      await expect(toSvg(spec as never)).rejects.toBeInstanceOf(ArgumentError);
    }
  });

  it.each([
    ["compiles", { calculate: "foo(1)", as: "z" }, {}, /Unrecognized function: foo/],
    ["parses", { filter: "regexp('(')" }, {}, /Unterminated group/],
    ["draws", { filter: "true" }, { format: "qqq" }, /invalid format: qqq/],
  ])(
    "passes on what goes wrong while Vega %s, as the cause",
    async (_, transform, more, message) => {
      const text = { field: "a", ...more };
      const data = { values: [{ a: 1 }] };
      const spec = { data, transform: [transform], mark: "text", encoding: { text } };
      const error = await toSvg(spec as never).catch((reason: unknown) => reason as Error);
      expect(error).toBeInstanceOf(ArgumentError);
      expect(String(error)).toMatch(message);
      expect(String((error as Error).cause)).toMatch(message);
    },
  );

  it("refuses data that cannot be read: without them it would draw an empty picture", async () => {
    const encoding = { x: { field: "a" } };
    for (const [url, reason] of [
      ["missing/data.json", "no such file"],
      [import.meta.filename, "JSON"],
    ]) {
      const data = { url, format: { type: "json" } };
      const refused = toSvg({ data, mark: "point", encoding } as never);
      await expect(refused).rejects.toThrow(ArgumentError);
      await expect(refused).rejects.toThrow(url);
      await expect(refused).rejects.toThrow(reason);
    }
    const url = new URL("../fixtures/plots/blues.json", import.meta.url).pathname;
    const there = { data: { url }, mark: "point", encoding };
    expect(await toSvg(there as never)).toMatch(/^<svg /);
  });

  it("says what to install if Vega is missing", async () => {
    vi.doMock("vega", () => {
      throw new Error("Cannot find package 'vega'");
    });
    const error: unknown = await toSvg(plotHistory({ loss: [1], accuracy: [] })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SourceError);
    expect(String(error)).toContain("run npm install vega vega-lite");
  });
});
