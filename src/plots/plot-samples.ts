import type { ImageSet } from "../dataset/image-set.ts";
import { integer, readOptions, seed, text } from "../options.ts";
import { choose } from "./choose.ts";
import { checkDrawable, imageGrid, MAX_IMAGES } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** Options of {@link plotSamples}. */
export interface PlotSamplesOptions {
  /** How many images to show, 1 to 400; 10 by default. A smaller set is shown whole. */
  readonly count?: number;
  /** Decides which images are chosen; 0 by default. */
  readonly seed?: number;
  /** Images in a row; by default 5 to 10, as suits the number of images. */
  readonly columns?: number;
  /** A line above the picture; none by default. */
  readonly title?: string;
}

/**
 * A grid of random images with their class names, in the order in which they stand in the set.
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if the set is empty, an option is unknown or out of its range, or the images have more
 *   than 4 channels.
 */
export function plotSamples(set: ImageSet, options: PlotSamplesOptions = {}): VegaLiteSpec {
  const subject = "plotSamples";
  checkDrawable(subject, set);
  const { count, columns, title, ...settings } = readOptions(subject, options, {
    count: integer({ min: 1, max: MAX_IMAGES, default: 10 }),
    seed: seed(),
    columns: integer({ min: 1, max: MAX_IMAGES, optional: true }),
    title: text({ optional: true }),
  });
  const chosen = choose([...set.labels.keys()], count, settings.seed);
  const tiles = chosen.map((index) => ({
    pixels: set.image(index),
    caption: [set.classNames[set.labels[index]]],
  }));
  const description = `${tiles.length} of ${set.length} images with their class names`;
  return imageGrid(description, tiles, set.imageShape, { columns, title });
}
