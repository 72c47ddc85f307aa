import { number, readOptions, texts } from "../options.ts";
import type { VegaLiteSpec } from "../plots/spec.ts";
import { toSvg } from "../plots/to-svg.ts";
import { renderPng } from "./render-png.ts";
import { writeWhole } from "./write-file-atomic.ts";

/** Options of {@link writePng}. */
export interface WritePngOptions {
  /** Pixels of the file per pixel of the picture, above 0, at most 8; 2 by default. */
  readonly scale?: number;
  /**
   * TTF or OTF files with letters that the built-in font lacks. It has Latin, Greek and Cyrillic; for others
   * the system's fonts are asked too.
   */
  readonly fontFiles?: readonly string[];
}

/**
 * Draws a specification into a PNG file, on white. Folders of the path are made; the file appears whole
 * or not at all, and replaces one that was there.
 *
 * Needs the package `@resvg/resvg-js` beside `vega` and `vega-lite`.
 * @param path where to write, e.g. `"runs/history.png"`.
 * @param spec what a `plot...` function returned, or any other Vega-Lite specification.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @throws {DataError} if one of the font files holds no font.
 * @throws {SourceError} if a package is not installed, a font file cannot be read, or the file or the
 *   renderer's temporary ones cannot be written.
 */
export async function writePng(
  path: string,
  spec: VegaLiteSpec,
  options: WritePngOptions = {},
): Promise<void> {
  const subject = "writePng";
  const { scale, fontFiles } = readOptions(subject, options, {
    scale: number({ min: 0, exclusiveMin: true, max: 8, default: 2 }),
    fontFiles: texts("paths", '["NotoSansJP-Regular.ttf"]', { default: [] }),
  });
  await writeWhole(subject, path, async () => renderPng(await toSvg(spec), scale, fontFiles));
}
