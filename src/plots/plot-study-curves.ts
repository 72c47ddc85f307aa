import { check } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import { colorOf } from "./side-legend.ts";
import { createSpec, fixedText, type JsonValue, titleAbove, type VegaLiteSpec } from "./spec.ts";
import { RANK_COLOR, type ReportToPlot, readStudy, type StudyToPlot } from "./study-to-plot.ts";

/** Options of {@link plotStudyCurves}. */
export interface PlotStudyCurvesOptions {
  /** What to draw of the logs, e.g. `"val_loss"`; default what trials are judged by. */
  readonly metric?: string;
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotStudyCurves";
const WIDTH = 460;
const HEIGHT = 280;

/**
 * The learning curves of all trials of a study: a value by epoch. The better a trial, the darker its line; the best
 * one is orange, and those that were pruned, or are not over, are grey.
 * @param study what `runStudy` returned; with trials that have reported.
 * @throws {ArgumentError} if it is no study, no trial has reported such a value, or an option is unknown.
 * @example
 * await writePng("curves.png", plotStudyCurves(study, { metric: "val_accuracy" }));
 */
export function plotStudyCurves(
  study: StudyToPlot,
  options: PlotStudyCurvesOptions = {},
): VegaLiteSpec {
  const { metric, title } = readOptions(SUBJECT, options, {
    metric: text({ optional: true }),
    title: text({ optional: true }),
  });
  const trials = readStudy(SUBJECT, study);
  const valueIn = ({ value, logs }: ReportToPlot): number | undefined =>
    metric === undefined ? value : new Map(Object.entries(logs)).get(metric);
  const rows = trials.flatMap(({ number, rank, reports }) =>
    reports.flatMap((report) => {
      const value = valueIn(report);
      return Number.isFinite(value)
        ? [{ number, rank: rank ?? null, epochs: report.epochs, value: value! }]
        : [];
    }),
  );
  const known = new Set(
    trials.flatMap(({ reports }) => reports.flatMap(({ logs }) => Object.keys(logs))),
  );
  check(
    rows.length > 0,
    SUBJECT,
    `trials that have reported ${metric ?? "a value"}`,
    [...known].join(", ") || "none",
    "name one of these as metric, or hand report to train in the trial",
  );
  const epochs = rows.map((row) => row.epochs);
  const encoding = {
    x: {
      ...{ field: "epochs", type: "quantitative", title: "Epochs" },
      scale: { domain: [0, Math.max(...epochs)], nice: false },
      axis: { format: "d", tickMinStep: 1, grid: false, minExtent: 24, maxExtent: 24 },
    },
    y: {
      ...{ field: "value", type: "quantitative", title: null },
      scale: { zero: false, nice: true },
      axis: { tickCount: 6, domain: false, ticks: false, minExtent: 40, maxExtent: 40 },
    },
    detail: { field: "number", type: "nominal" },
  };
  /** A line for each trial, and a point where it ends, without which a trial of one epoch would not be seen. */
  const curves = (
    of: typeof rows,
    style: Readonly<Record<string, JsonValue>>,
    color: JsonValue,
  ): JsonValue => ({
    data: { values: of },
    encoding: { ...encoding, ...(color !== null && { color }) },
    layer: [
      { mark: { type: "line", strokeWidth: 1.5, ...style } },
      {
        transform: [
          {
            window: [{ op: "last_value", field: "epochs", as: "end" }],
            frame: [null, null],
            groupby: ["number"],
          },
          { filter: "datum.epochs === datum.end" },
        ],
        mark: { type: "point", filled: true, size: 22, opacity: 1, ...style },
      },
    ],
  });
  const name = fixedText(metric ?? "Value", 0, -16, { align: "left" });
  const best = trials.find(({ rank }) => rank === 0)?.number;
  const layers = [
    curves(
      rows.filter(({ rank }) => rank === null),
      { color: "#bdbdbd" },
      null,
    ),
    curves(
      rows.filter(({ rank }) => rank !== null),
      {},
      RANK_COLOR,
    ),
    curves(
      rows.filter(({ number }) => number === best),
      { color: colorOf(1), strokeWidth: 3 },
      null,
    ),
  ];
  return createSpec(
    `${metric ?? "Value"} by epoch of ${trials.length} trials`,
    { top: title === undefined ? 34 : 62, right: 20, bottom: 48, left: 54 },
    { title: titleAbove(title), width: WIDTH, height: HEIGHT, layer: [...layers, name] },
  );
}
