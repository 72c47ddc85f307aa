import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError, SourceError } from "../../src/errors.ts";
import { plotHistory, toSvg } from "../../src/plots/index.ts";

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
