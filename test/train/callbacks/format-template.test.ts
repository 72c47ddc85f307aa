import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelCheckpoint } from "../../../src/train/callbacks/index.ts";
import { numberFormat } from "../../../src/text/format-spec.ts";
import { parseTemplate } from "../../../src/train/callbacks/format-template.ts";
import { fromPython } from "./from-python.ts";

const { pairs, templates } = JSON.parse(
  readFileSync(new URL("../../fixtures/train/formats.python.json", import.meta.url), "utf8"),
) as {
  pairs: [spec: string, kind: "int" | "float", value: string, text: string | null][];
  templates: [template: string, text: string | null][];
};

describe("a format specification", () => {
  it("gives Python's text, or is refused where Python refuses it", () => {
    expect(pairs.length).toBeGreaterThan(900);
    for (const [spec, kind, value, text] of pairs) {
      const made = numberFormat(spec, kind === "int")?.(fromPython(value)) ?? null;
      expect(made, `${kind} ${value} as ${JSON.stringify(spec)}`).toBe(text);
    }
  });
});

describe("a template", () => {
  it.each(templates)("%s gives Python's text, or is refused when it is read", (template, text) => {
    const read = (): string =>
      parseTemplate("x", template, ["epoch"]).fill({ epoch: 3, loss: 12.3456789 });
    // Python can look inside a value and into the specification; names of files need neither.
    if (text === null || /\.real|:\{/.test(template))
      expect(read).toThrow(/^x: expected fields like/);
    else expect(read()).toBe(text);
  });

  it.each([
    ..."{loss:d} {epoch:x} {epoch:.2} {loss:.200f} {epoch:0999999999d} {loss:256} {loss:#g}".split(
      " ",
    ),
    ...["{loss!r}", "{loss:q}", "{loss:.}", "{loss", "loss}", "{}", "{1}"],
  ])("with %s is refused when the callback is made", (filepath) => {
    expect(() => modelCheckpoint({ filepath })).toThrow(/^modelCheckpoint: expected fields like/);
  });

  it("takes values only from what was logged", () => {
    expect(() => parseTemplate("x", "{toString}", []).fill({ loss: 1 })).toThrow(
      /fields out of loss/,
    );
  });
});
