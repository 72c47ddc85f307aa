import { checkInteger } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { readOptions, text } from "../options.ts";
import { checkDrawable, imageGrid } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** Options of {@link plotSample}. */
export interface PlotSampleOptions {
  /** A line above the picture; none by default. */
  readonly title?: string;
}

/**
 * One image with its class name below it.
 * @param set images with their labels; not modified.
 * @param index 0 to set.length - 1.
 * @throws {ArgumentError} if the set is empty, `index` is outside it, or an image has more than 4 channels.
 */
export function plotSample(
  set: ImageSet,
  index: number,
  options: PlotSampleOptions = {},
): VegaLiteSpec {
  const subject = "plotSample";
  checkDrawable(subject, set);
  checkInteger(subject, "index", index, { min: 0, max: set.length - 1 });
  const { title } = readOptions(subject, options, { title: text({ optional: true }) });
  const name = set.classNames[set.labels[index]];
  return imageGrid(
    `Image ${index}, of class ${name}`,
    [{ pixels: set.image(index), caption: [name] }],
    set.imageShape,
    { columns: 1, imageSize: 192, fontSize: 15, title },
  );
}
