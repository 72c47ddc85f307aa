import type { HistoryCurve, JoinedPhases } from "./history-curves.ts";

const METRICS = ["loss", "accuracy"] as const;
type Values = readonly (number | null)[];

/** The mean of runs at each epoch, with the least and the most of them around it. */
export function meanOfRuns(runs: readonly JoinedPhases[]): JoinedPhases {
  const splits = (["training", "validation"] as const).map((split) =>
    runs.flatMap(({ curves }) => curves.filter((curve) => curve.split === split)),
  );
  return {
    boundaries: runs[0].boundaries,
    curves: splits.filter((curves) => curves.length > 0).map(meanOfCurves),
  };
}

function meanOfCurves(curves: readonly HistoryCurve[]): HistoryCurve {
  const epochs = [...new Set(curves.flatMap((curve) => curve.epochs))].sort((a, b) => a - b);
  const [loss, accuracy] = METRICS.map((metric) => {
    const known = curves.map(
      (curve) => new Map(curve.epochs.map((epoch, i) => [epoch, curve[metric][i] ?? null])),
    );
    // One that has ended, or has no number there, takes no part.
    const of = (epoch: number): number[] =>
      known.map((run) => run.get(epoch) ?? null).filter((value) => value !== null);
    const each = (value: (numbers: number[]) => number): Values =>
      epochs.map((epoch) => {
        const numbers = of(epoch);
        return numbers.length === 0 ? null : value(numbers);
      });
    return {
      mean: each((numbers) => numbers.reduce((a, b) => a + b) / numbers.length),
      band: { low: each((all) => Math.min(...all)), high: each((all) => Math.max(...all)) },
    };
  });
  return {
    split: curves[0].split,
    epochs,
    loss: loss.mean,
    accuracy: accuracy.mean,
    bands: { loss: loss.band, accuracy: accuracy.band },
  };
}
