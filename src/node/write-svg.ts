import { toSvg } from "../plots/to-svg.ts";
import type { VegaLiteSpec } from "../plots/spec.ts";
import { writeWhole } from "./write-file-atomic.ts";

/**
 * Draws a specification into an SVG file. Folders of the path are made; the file appears whole or
 * not at all, and replaces one that was there.
 * @param path where to write, e.g. `"runs/history.svg"`.
 * @param spec what a `plot...` function returned, or any other Vega-Lite specification.
 * @throws {ArgumentError} if `path` is no path or `spec` no specification.
 * @throws {SourceError} if `vega` or `vega-lite` is not installed or the file cannot be written.
 */
export async function writeSvg(path: string, spec: VegaLiteSpec): Promise<void> {
  await writeWhole("writeSvg", path, () => toSvg(spec));
}
