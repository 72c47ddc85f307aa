import { check, checkEach, isListOf, isWithin } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { checkNumbers } from "../metrics/labels.ts";
import {
  checkProbabilities,
  flattenRows,
  mostProbable,
  type ScoreRows,
} from "../metrics/scores.ts";
import { anything, boolean, integer, like, readOptions, seed, text, texts } from "../options.ts";
import { choose } from "./choose.ts";
import { checkDrawable, imageGrid, MAX_IMAGES, type Tile } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** Options of {@link plotPredictions}; `yPred`, `probabilities` or both must be given. */
export interface PlotPredictionsOptions {
  /** The predicted class of every image; by default the most probable one. */
  readonly yPred?: ArrayLike<number>;
  /**
   * Class probabilities for every image, `[n, classes]`, nested or row after row; or one for every image,
   * that of its predicted class.
   */
  readonly probabilities?: ArrayLike<number> | readonly ArrayLike<number>[];
  /**
   * The images that `yPred` and `probabilities` are of, of which the first ones are shown, in this order. By
   * default they are of every image of the set, of which random ones are shown.
   */
  readonly indices?: readonly number[];
  /** The true labels of these images, which the set has to have, too. */
  readonly labels?: ArrayLike<number>;
  /** The files that these images came from, whose names stand below them. */
  readonly paths?: readonly string[] | undefined;
  /**
   * Names of classes that the set has none for, as a model may have more outputs than the set has classes;
   * by default their indices.
   */
  readonly classNames?: readonly string[] | undefined;
  /** Show wrong predictions only; `false` by default. */
  readonly onlyWrong?: boolean;
  /** How many images to show, 1 to 400; by default 10 or, of `indices`, all. If there are fewer, all are shown. */
  readonly count?: number;
  /** Decides which images are chosen; 0 by default. */
  readonly seed?: number;
  /** Images in a row; by default 5 to 10, as suits the number of images. */
  readonly columns?: number;
  /** A line above the picture; by default it says how many of the shown predictions are right. */
  readonly title?: string;
}

const SUBJECT = "plotPredictions";
const RIGHT = "#1a7f37";
const WRONG = "#c4161c";

/**
 * A grid of random images with the predicted class of each. A right prediction has a check mark and
 * green text; a wrong one a cross, red text, a red frame, and the true class in a second line. With
 * `probabilities`, the predicted class's follows its name.
 * @param set images with their labels; not modified.
 * @param options predictions, and how to show them; what `mostConfident` gave is both.
 * @throws {ArgumentError} if lengths disagree, no prediction is wrong where only wrong ones
 *   were asked for, or an option is unknown or out of its range.
 */
export function plotPredictions(set: ImageSet, options: PlotPredictionsOptions): VegaLiteSpec {
  checkDrawable(SUBJECT, set);
  const isIndex = (value: unknown): value is number =>
    Number.isInteger(value) && isWithin(0, set.length - 1)(value);
  const areIndices = (value: unknown): value is readonly number[] => isListOf(value, isIndex);
  const settings = readOptions(SUBJECT, options, {
    yPred: anything<ArrayLike<number> | undefined>(),
    probabilities: anything<ScoreRows | undefined>(),
    indices: like(areIndices, "a list of indices of the set", "pass what mostConfident gave", {
      optional: true,
    }),
    labels: anything<ArrayLike<number> | undefined>(),
    paths: texts("paths", '["cats/1.png"]', { optional: true }),
    classNames: texts("class names", '["cat", "dog"]', { optional: true }),
    onlyWrong: boolean({ default: false }),
    count: integer({ min: 1, max: MAX_IMAGES, optional: true }),
    seed: seed(),
    columns: integer({ min: 1, max: MAX_IMAGES, optional: true }),
    title: text({ optional: true }),
  });
  const { indices, labels, paths, onlyWrong, columns } = settings;
  const images = indices ?? [...set.labels.keys()];
  check(
    images.length > 0,
    SUBJECT,
    "at least one prediction",
    "none",
    "pass some, e.g. those of mostConfident(evaluation, set, { wrong: false })",
  );
  const areOfSet =
    labels === undefined || images.every((image, i) => labels?.[i] === set.labels[image]);
  check(
    areOfSet && (paths === undefined || paths.length === images.length),
    SUBJECT,
    "labels that the set has, too, and as many paths",
    "others",
    "pass the set that the predictions are of, and what mostConfident gave of it",
  );
  const { yPred, probabilityOf } = readPredictions(set, images.length, settings);
  const isRight = (i: number): boolean => yPred[i] === set.labels[images[i]];
  const all = [...images.keys()];
  const candidates = onlyWrong ? all.filter((i) => !isRight(i)) : all;
  check(
    candidates.length > 0,
    SUBJECT,
    "at least one wrong prediction",
    "none",
    "leave onlyWrong out",
  );
  const chosen = indices
    ? candidates.slice(0, settings.count ?? MAX_IMAGES)
    : choose(candidates, settings.count ?? 10, settings.seed);
  const tiles = chosen.map((i): Tile => {
    const label = yPred[i];
    const name = set.classNames[label] ?? settings.classNames?.[label] ?? String(label);
    const probability = probabilityOf(i);
    const text = probability === undefined ? name : `${name} ${Math.round(probability * 100)} %`;
    const file = paths ? [paths[i].split(/[\\/]/).at(-1)!] : [];
    const pixels = set.image(images[i]);
    if (isRight(i)) return { pixels, caption: [`✓ ${text}`, ...file], captionColor: RIGHT };
    const truth = `true: ${set.classNames[set.labels[images[i]]]}`;
    return { pixels, caption: [`✗ ${text}`, truth, ...file], captionColor: WRONG, frame: WRONG };
  });
  const right = chosen.filter(isRight).length;
  const summary = onlyWrong
    ? `${tiles.length} of ${candidates.length} wrong predictions`
    : right === 0
      ? `${tiles.length} wrong predictions`
      : `${right} of ${tiles.length} predictions right`;
  const { title = summary } = settings;
  return imageGrid(`Predicted classes: ${title}`, tiles, set.imageShape, { columns, title });
}

/** The predicted classes, given or the most probable ones, and their probabilities as far as they are known. */
function readPredictions(
  { classNames: { length: classes } }: ImageSet,
  count: number,
  { yPred, probabilities }: Pick<PlotPredictionsOptions, "yPred" | "probabilities">,
): { yPred: ArrayLike<number>; probabilityOf: (i: number) => number | undefined } {
  const remedy = "pass the predictions for this very set";
  check(
    yPred !== undefined || probabilities !== undefined,
    SUBJECT,
    "yPred or probabilities",
    "neither",
    "pass what predict or evaluate returned",
  );
  const { scores, classes: columns } =
    probabilities === undefined
      ? { scores: [], classes: 1 }
      : flattenRows(SUBJECT, "probabilities", probabilities, count, checkProbabilities);
  const areOfPredicted = columns === 1 && yPred !== undefined;
  check(
    columns >= classes || areOfPredicted,
    SUBJECT,
    `probabilities of at least ${classes} classes for each image`,
    `${columns} for each`,
    "pass one probability per class",
  );
  if (yPred !== undefined) {
    checkNumbers(SUBJECT, "yPred", yPred, "whole numbers", remedy);
    check(yPred.length === count, SUBJECT, `yPred to hold ${count} labels`, yPred.length, remedy);
    const last = areOfPredicted ? Infinity : columns - 1;
    const what = `whole numbers ${areOfPredicted ? "of at least 0" : `in [0, ${last}]`}`;
    const isClass = (label: unknown): boolean =>
      Number.isInteger(label) && isWithin(0, last)(label);
    checkEach(SUBJECT, "yPred", yPred, isClass, what, remedy);
  }
  const predicted =
    yPred ?? Array.from({ length: count }, (_, i) => mostProbable(scores, columns, i));
  return {
    yPred: predicted,
    probabilityOf: (i) => scores[areOfPredicted ? i : i * columns + predicted[i]],
  };
}
