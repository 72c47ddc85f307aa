import { check, describe, isArray } from "../checks.ts";
import { messageOf } from "../text/describe.ts";
import { ArgumentError } from "../errors.ts";
import { optionalPackage } from "../runtime/optional-package.ts";
import { withOwnIds } from "./own-ids.ts";
import type { VegaLiteSpec } from "./spec.ts";

/**
 * Draws a specification as an SVG document, in Node or a browser, without a DOM.
 *
 * Needs the packages `vega` and `vega-lite`, which are loaded when this is first called. The same
 * specification always gives the same text.
 * @param spec what a `plot...` function returned, or any other Vega-Lite specification.
 * @returns the text of an SVG file.
 * @throws {ArgumentError} if `spec` is no specification, or data that it names cannot be read.
 * @throws {SourceError} if one of the two packages is not installed.
 */
export async function toSvg(spec: VegaLiteSpec): Promise<string> {
  check(
    typeof spec === "object" && spec !== null && !isArray(spec),
    "toSvg",
    "a Vega-Lite specification",
    describe(spec),
    "pass what a plot function returned",
  );
  // One after the other: bundlers replace a missing package by a module that throws when loaded.
  const both = { subject: "toSvg", install: "vega vega-lite" };
  const vega = await optionalPackage({ ...both, name: "vega" }, () => import("vega"));
  const vegaLite = await optionalPackage({ ...both, name: "vega-lite" }, () => import("vega-lite"));
  try {
    // A copy: Vega marks the rows of data that it is given.
    const own = structuredClone(spec) as unknown as Parameters<typeof vegaLite.compile>[0];
    const { spec: compiled } = vegaLite.compile(own);
    // What goes wrong while it draws, it tells the console, and leaves out.
    const failures: unknown[] = [];
    const handler = (method: string, _: unknown, parts: readonly unknown[]): void => {
      const [what, url, cause] = parts;
      if (UNREAD.includes(String(what))) {
        failures.push(new Error(`${String(what)}: ${String(url)}: ${messageOf(cause)}`, { cause }));
      } else if (method === "error") {
        failures.push(parts.find((part) => part instanceof Error) ?? parts.map(String).join(" "));
      }
    };
    const logger = vega.logger(vega.Warn, undefined, handler);
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logger });
    try {
      // What it throws may only follow from the first failure.
      const svg = await view.toSVG().catch((error: unknown) => {
        failures.push(error);
        return "";
      });
      if (failures.length > 0) throw failures[0];
      return wellFormed(withDescription(spec.description, withOwnIds(svg)));
    } finally {
      view.finalize();
    }
  } catch (cause) {
    // Vega throws plain errors for what is no specification: some when it compiles, some when it draws.
    throw new ArgumentError({
      subject: "toSvg",
      expected: "a specification that Vega-Lite can compile and draw",
      got: `the error "${messageOf(cause)}"`,
      remedy: "pass what a plot function returned, or correct the specification",
      cause,
    });
  }
}

/** Vega's warnings that it draws without the data of a `url`. */
const UNREAD = ["Loading failed", "Data ingestion failed"];

/** The picture with its description for screen readers, which Vega gives to web pages only. */
function withDescription(description: unknown, svg: string): string {
  if (typeof description !== "string") return svg;
  const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };
  const text = description.replaceAll(/[&<"]/g, (character) => escapes[character]);
  return svg.replace(/^<svg /, () => `<svg role="img" aria-label="${text}" `);
}

/** The document without what XML does not even allow escaped: control characters, halves of pairs. */
function wellFormed(svg: string): string {
  return svg.replaceAll(/[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|\p{Surrogate}/gu, "\uFFFD");
}
