import { checkSamples, type Labels } from "./labels.ts";
import { classProblems, type OneVersusRestOptions, pooledProblem } from "./one-versus-rest.ts";
import { areaUnder, binaryRoc, type RocCurve } from "./roc.ts";
import type { ScoreRows } from "./scores.ts";

/** The ROC curve of all classes together. */
export interface AverageRocCurve extends Omit<RocCurve, "thresholds"> {
  /** How the classes were put together. */
  readonly average: "micro" | "macro";
  /** Its name in a legend. */
  readonly name: "micro-average" | "macro-average";
  /** The area under the curve, 0 to 1: what `rocAucScore` gives for this average. */
  readonly area: number;
}

/**
 * Two ROC curves of all classes together, each against the rest: `micro` takes every score of every sample as one
 * problem, `macro` is the mean of the classes' curves at each false positive rate. A class without positive or without
 * negative samples has no part in the latter.
 * @param yTrue true labels, one a sample; not modified.
 * @param yScore scores, `[samples, classes]`, nested or flat.
 * @throws {ArgumentError} if labels and scores do not fit together, hold a value that cannot be,
 *   or an option is unknown or out of its range.
 * @example
 * plotRoc([...averageRocCurves(yTrue, probabilities), ...rocCurves(yTrue, probabilities)], { classNames, zoom: 0.2 });
 */
export function averageRocCurves(
  yTrue: Labels,
  yScore: ScoreRows,
  options: Omit<OneVersusRestOptions, "average"> = {},
): AverageRocCurve[] {
  const subject = "averageRocCurves";
  checkSamples(subject, yTrue);
  const pooled = binaryRoc(pooledProblem(subject, yTrue, yScore, options), true);
  const curves = classProblems(subject, yTrue, yScore, options).map((one) => binaryRoc(one, true));
  return [
    named("micro", pooled.falsePositiveRate, pooled.truePositiveRate),
    named("macro", ...meanOf(curves)),
  ];
}

function named(
  average: "micro" | "macro",
  falsePositiveRate: readonly number[],
  truePositiveRate: readonly number[],
): AverageRocCurve {
  const rates = { falsePositiveRate, truePositiveRate };
  return { average, name: `${average}-average`, ...rates, area: areaUnder(rates) };
}

/** The mean of curves at every rate at which one of them bends, before and behind what rises there at once. */
function meanOf(curves: readonly RocCurve[]): [x: number[], y: number[]] {
  const defined = curves.filter(({ falsePositiveRate: x, truePositiveRate: y }) =>
    [x[0], y[0]].every(Number.isFinite),
  );
  const rates = defined.flatMap(({ falsePositiveRate }) => falsePositiveRate);
  const x: number[] = [];
  const y: number[] = [];
  const readers = defined.map(risingReader);
  for (const rate of Float64Array.from(new Set(rates)).sort()) {
    let [before, behind] = [0, 0];
    for (const read of readers) {
      const [low, high] = read(rate);
      before += low / defined.length;
      behind += high / defined.length;
    }
    x.push(rate);
    y.push(before);
    if (behind > before) {
      x.push(rate);
      y.push(behind);
    }
  }
  return [x, y];
}

/** Reads a curve at rates that rise from call to call: its lowest and its highest value there. */
function risingReader({
  falsePositiveRate: x,
  truePositiveRate: y,
}: RocCurve): (rate: number) => [number, number] {
  let at = 0;
  return (rate) => {
    while (x[at] < rate) at++;
    if (x[at] > rate) {
      const share = (rate - x[at - 1]) / (x[at] - x[at - 1]);
      const value = y[at - 1] + share * (y[at] - y[at - 1]);
      return [value, value];
    }
    let last = at;
    while (x[last + 1] === rate) last++;
    return [y[at], y[last]];
  };
}
