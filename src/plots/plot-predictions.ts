import { check, checkBoolean, checkInteger, checkSeed, describe } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { checkPlotOptions } from "./check-plot-options.ts";
import { choose } from "./choose.ts";
import type { Tile } from "./image-grid.ts";
import { checkDrawable, defaultColumns, imageGrid, MAX_IMAGES } from "./image-grid.ts";
import type { VegaLiteSpec } from "./spec.ts";

/** Options of {@link plotPredictions}; `yPred`, `probabilities` or both must be given. */
export interface PlotPredictionsOptions {
  /** The predicted class of every image of the set; by default the most probable one. */
  readonly yPred?: ArrayLike<number>;
  /** Class probabilities for every image of the set, `[n, classes]`, nested or row after row. */
  readonly probabilities?: ArrayLike<number> | readonly ArrayLike<number>[];
  /** Show wrong predictions only; `false` by default. */
  readonly onlyWrong?: boolean;
  /** How many images to show, 1 to 400; 10 by default. If there are fewer, all are shown. */
  readonly count?: number;
  /** Decides which images are chosen; 0 by default. */
  readonly seed?: number;
  /** Images in a row; by default 5 to 10, as suits the number of images. */
  readonly columns?: number;
  /** A line above the picture; by default it says how many of the shown predictions are right. */
  readonly title?: string;
}

const SUBJECT = "plotPredictions";
const KNOWN = ["yPred", "probabilities", "onlyWrong", "count", "seed", "columns", "title"];
const RIGHT = "#1a7f37";
const WRONG = "#c4161c";

/**
 * A grid of random images with the predicted class of each. A right prediction has a check mark and
 * green text; a wrong one a cross, red text, a red frame, and the true class in a second line. With
 * `probabilities`, the predicted class's follows its name.
 * @param set images with their labels; not modified.
 * @throws {ArgumentError} if lengths disagree, a class has no name, no prediction is wrong where only wrong ones
 *   were asked for, or an option is unknown or out of its range.
 */
export function plotPredictions(set: ImageSet, options: PlotPredictionsOptions): VegaLiteSpec {
  checkPlotOptions(SUBJECT, options, KNOWN);
  const { onlyWrong = false, count = 10, seed = 0 } = options;
  checkDrawable(SUBJECT, set);
  checkBoolean(SUBJECT, "onlyWrong", onlyWrong);
  checkInteger(SUBJECT, "count", count, { min: 1, max: MAX_IMAGES });
  checkSeed(SUBJECT, seed);
  const classes = set.classNames.length;
  const probabilities = flatRows(options.probabilities, classes);
  if (probabilities !== undefined) {
    checkLength("probabilities", probabilities, set.length * classes, `n x ${classes} classes`);
    for (let i = 0; i < probabilities.length; i++) {
      // Messages are made for wrong ones only: there may be millions.
      if (probabilities[i] >= 0 && probabilities[i] <= 1) continue;
      check(
        false,
        SUBJECT,
        "probabilities in [0, 1]",
        `${describe(probabilities[i])} for image ${Math.floor(i / classes)}`,
        "apply a softmax to logits first",
      );
    }
  }
  const yPred = predictedClasses(set, options.yPred, probabilities);

  const isRight = (index: number): boolean => yPred[index] === set.labels[index];
  const all = [...set.labels.keys()];
  const candidates = onlyWrong ? all.filter((index) => !isRight(index)) : all;
  check(
    candidates.length > 0,
    SUBJECT,
    "at least one wrong prediction",
    "none",
    "leave onlyWrong out",
  );
  const chosen = choose(candidates, count, seed);
  const tiles = chosen.map((index): Tile => {
    const name = set.classNames[yPred[index]];
    const probability = probabilities?.[index * classes + yPred[index]];
    const text = probability === undefined ? name : `${name} ${Math.round(probability * 100)} %`;
    const pixels = set.image(index);
    if (isRight(index)) return { pixels, caption: [`✓ ${text}`], captionColor: RIGHT };
    const truth = `true: ${set.classNames[set.labels[index]]}`;
    return { pixels, caption: [`✗ ${text}`, truth], captionColor: WRONG, frame: WRONG };
  });
  const right = chosen.filter(isRight).length;
  const { title = summary(tiles.length, right, candidates.length, onlyWrong) } = options;
  const columns = options.columns ?? defaultColumns(tiles.length);
  checkInteger(SUBJECT, "columns", columns, { min: 1, max: MAX_IMAGES });
  return imageGrid(`Predicted classes: ${title}`, tiles, set.imageShape, { columns, title });
}

function summary(shown: number, right: number, candidates: number, onlyWrong: boolean): string {
  return onlyWrong
    ? `${shown} of ${candidates} wrong predictions`
    : `${right} of ${shown} predictions right`;
}

/** Rows one after the other; what is flat already, as it is. */
function flatRows(
  rows: PlotPredictionsOptions["probabilities"],
  classes: number,
): ArrayLike<number> | undefined {
  if (typeof rows?.[0] !== "object") return rows as ArrayLike<number> | undefined;
  return Array.from(rows as ArrayLike<ArrayLike<number>>).flatMap((row, i) => {
    check(
      row?.length === classes,
      SUBJECT,
      `${classes} probabilities in row ${i}`,
      describe(row),
      "pass one probability per class",
    );
    return Array.from(row);
  });
}

/** The given classes after a check, or the most probable ones. */
function predictedClasses(
  set: ImageSet,
  yPred: ArrayLike<number> | undefined,
  probabilities: ArrayLike<number> | undefined,
): ArrayLike<number> {
  const classes = set.classNames.length;
  if (yPred !== undefined) {
    checkLength("yPred", yPred, set.length, "one class per image");
    for (let i = 0; i < yPred.length; i++) {
      checkInteger(SUBJECT, `yPred[${i}]`, yPred[i], { min: 0, max: classes - 1 });
    }
    return yPred;
  }
  check(
    probabilities !== undefined,
    SUBJECT,
    "yPred or probabilities",
    "neither",
    "pass what predict or evaluate returned",
  );
  return Array.from({ length: set.length }, (_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[i * classes + k] > probabilities[i * classes + best]) best = k;
    }
    return best;
  });
}

function checkLength(name: string, values: ArrayLike<number>, length: number, rule: string): void {
  check(
    values?.length === length,
    SUBJECT,
    `${name} to hold ${length} numbers (${rule})`,
    values?.length === undefined ? values : `${values.length}`,
    "pass the predictions for this very set",
  );
}
