import { check, isListOf, readable } from "../checks.ts";
import { like, readOptions, texts } from "../options.ts";
import { joinPhases, type RepeatedRuns, type RunHistory } from "./history-curves.ts";
import { historyPanel, type Metric, type RunCurve } from "./history-panel.ts";
import { meanOfRuns } from "./mean-of-runs.ts";
import { readRuns, type Run } from "./read-history.ts";
import { COLORS, sideLegend, SOLID } from "./side-legend.ts";
import { createSpec, INK, type JsonValue, type VegaLiteSpec } from "./spec.ts";
import { ellipsize } from "./text-width.ts";

/** Options of {@link plotHistory}. */
export interface PlotHistoryOptions {
  /** What to draw, a panel each, in this order; by default loss and, if it was measured, accuracy. */
  readonly metrics?: readonly ("loss" | "accuracy")[];
  /**
   * CSS colours: of training and validation or, of several runs, of each run. By default ten that can be
   * told apart.
   */
  readonly colors?: readonly string[];
  /** Names of the phases, above the panels; by default `plain` and `augmented`, of others none. */
  readonly phaseNames?: readonly string[];
}

const SUBJECT = "plotHistory";
const METRICS: readonly Metric[] = ["loss", "accuracy"];

/**
 * Learning curves: loss and, if it was measured, accuracy by epoch, for training and, where there
 * are values, validation. The epochs of phases are counted through, and a dashed line marks where
 * one began. Values that are not finite are gaps in the curves. Several runs, each under a name, have a
 * colour each, and dashes tell validation from training.
 * Epochs in which validation was not measured are passed over.
 * @param history of one phase, or of phases one after the other (a list, or what `train` gave), with
 *   our names or those of Keras and TensorFlow.js; or up to ten such histories by name. Epochs count
 *   from 0; the picture counts from 1. `{ runs: [...] }` in place of a history is drawn as the mean of these runs, in
 *   a band from the least to the most of them.
 * @throws {ArgumentError} if a history has no epoch, arrays of one phase differ in length, a key is
 *   none of those that the picture knows, or an option is unknown or does not fit.
 * @example
 * // One picture of two runs, and one run as the notebook draws it.
 * plotHistory({ adam: first, sgd: second });
 * plotHistory({ adam: { runs: adamOfThreeSeeds }, sgd: { runs: sgdOfThreeSeeds } });
 * plotHistory(first, { metrics: ["accuracy"], colors: ["blue", "green"] });
 */
export function plotHistory(
  history: RunHistory | RepeatedRuns | Readonly<Record<string, RunHistory | RepeatedRuns>>,
  options: PlotHistoryOptions = {},
): VegaLiteSpec {
  const settings = readOptions(SUBJECT, options, {
    metrics: like(areMetrics, 'a list of "loss" and "accuracy"', 'pass e.g. ["accuracy"]', {
      optional: true,
    }),
    colors: texts("colours", '["blue", "green"]', { default: COLORS }),
    phaseNames: texts("names", '["plain", "augmented"]', { optional: true }),
  });
  const { phaseNames } = settings;
  const runs = readable(SUBJECT, "a history", () => readRuns(SUBJECT, history, phaseNames));
  check(
    runs.length <= COLORS.length,
    SUBJECT,
    `at most ${COLORS.length} runs`,
    `${runs.length}`,
    "choose the runs to show",
  );
  const colorOf = (i: number): string => settings.colors[i] ?? COLORS[i];
  const isOne = runs[0].name === undefined;
  const joined = runs.map(({ repeated }) => {
    const each = repeated.map(joinPhases);
    return each.length === 1 ? each[0] : meanOfRuns(each);
  });
  const curves = joined.flatMap(({ curves }, run) =>
    curves.map((curve, i): RunCurve => ({ ...curve, run, color: colorOf(isOne ? i : run) })),
  );
  const measured = METRICS.filter((metric) =>
    curves.some((curve) => metric === "loss" || curve[metric].some((value) => value !== null)),
  );
  const metrics = settings.metrics ?? measured;
  check(
    metrics.every((metric) => measured.includes(metric)),
    SUBJECT,
    "a history with accuracy",
    "none",
    'leave metrics out, or train a model that was compiled with metrics: ["accuracy"]',
  );
  const splits = (["training", "validation"] as const)
    .filter((name) => curves.some(({ split }) => split === name))
    .map((name, i) => ({ name, color: isOne ? colorOf(i) : INK }));
  // Phases are marked where all runs have the same.
  const [{ boundaries }] = joined;
  const areAlike = joined.every((run) => String(run.boundaries) === String(boundaries));
  const phases = boundaries.map((at, i) => ({ at, names: runs[0].phaseNames.slice(i, i + 2) }));
  const panels = metrics.map((metric) =>
    historyPanel(metric, curves, { splits, phases: areAlike ? phases : [] }),
  );
  const what = metrics.join(" and ");
  return createSpec(
    `${what[0].toUpperCase()}${what.slice(1)} by epoch, ${splits.map(({ name }) => name).join(" and ")}`,
    { top: 12, right: 16, bottom: 12, left: 12 },
    {
      // Views side by side have no size of their own to pad; what sticks out of them has a known one.
      autosize: "pad",
      spacing: 62,
      bounds: "flush",
      hconcat: isOne ? panels : [...panels, namesOfRuns(runs, colorOf)],
    },
  );
}

/** A view as wide as the names of the runs; their lines stand in the gap before it. */
function namesOfRuns(runs: readonly Run[], colorOf: (i: number) => string): JsonValue {
  const { marks, width, height } = sideLegend(
    runs.map(({ name = "" }, i) => ({
      label: ellipsize(name, 12, 140),
      color: colorOf(i),
      dash: SOLID,
    })),
    0,
    // Where there is no canvas to measure texts, Vega takes them for wider than they are.
    { clip: true },
  );
  return { width, height, layer: marks };
}

function areMetrics(value: unknown): value is readonly Metric[] {
  const isMetric = (one: unknown): one is Metric => METRICS.includes(one as Metric);
  return isListOf(value, isMetric) && value.length > 0;
}
