import { check } from "../checks.ts";
import { readOptions, text } from "../options.ts";
import { colorOf } from "./side-legend.ts";
import {
  createSpec,
  FAINT,
  fixedMark,
  fixedText,
  type JsonValue,
  titleAbove,
  type VegaLiteSpec,
} from "./spec.ts";
import { RANK_COLOR, type RankedTrial, readStudy, type StudyToPlot } from "./study-to-plot.ts";
import { ellipsize, textWidth } from "./text-width.ts";

/** Options of {@link plotParallelCoordinates}. */
export interface PlotParallelCoordinatesOptions {
  /** A line above the picture; none by default. */
  readonly title?: string;
}

const SUBJECT = "plotParallelCoordinates";
/** Between two axes, and along one, in pixels. */
const GAP = 150;
const HEIGHT = 260;
/** What the names and values of an axis may take. */
const LABEL_WIDTH = GAP - 30;
/** More values than these are not written out. */
const MOST_LABELS = 12;

/** An axis: where a value stands, from 0 at its foot to 1, and what is written beside it. */
interface Axis {
  readonly name: string;
  readonly place: (value: unknown) => number;
  readonly labels: readonly { readonly at: number; readonly text: string }[];
}

/**
 * The trials of a study as lines through an axis for each parameter, and one for the value: which regions
 * the good ones come from. The better a trial, the darker its line; the best one is orange. Trials without a value
 * are left out. Positive numbers that span two orders of magnitude or more have a logarithmic axis.
 * @param study what `runStudy` returned; with at least one complete trial.
 * @throws {ArgumentError} if it is no study, no trial is complete, or an option is unknown.
 * @example
 * await writePng("parameters.png", plotParallelCoordinates(study));
 */
export function plotParallelCoordinates(
  study: StudyToPlot,
  options: PlotParallelCoordinatesOptions = {},
): VegaLiteSpec {
  const { title } = readOptions(SUBJECT, options, { title: text({ optional: true }) });
  const trials = readStudy(SUBJECT, study).filter(({ rank }) => rank !== undefined);
  check(
    trials.length > 0,
    SUBJECT,
    "a study with a complete trial",
    "none",
    "run the study to its end first",
  );
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const read = [
    ...names.map((name) => [name, ({ params }: RankedTrial): unknown => params[name]] as const),
    ["value", ({ value }: RankedTrial): unknown => value] as const,
  ];
  const axes = read.map(([name, valueIn]) => axisOf(name, trials.map(valueIn)));
  // The best are drawn last, above the others.
  const drawn = [...trials].sort((a, b) => b.rank! - a.rank!);
  const values = drawn.flatMap((trial, order) =>
    axes.map((axis, i) => ({
      ...{ order, rank: trial.rank!, axis: i * GAP },
      place: HEIGHT * (1 - axis.place(read[i][1](trial))),
    })),
  );
  const width = (axes.length - 1) * GAP;
  const pixels = (field: string, size: number): JsonValue => ({
    ...{ field, type: "quantitative", axis: null },
    scale: { domain: [0, size], range: [0, size], nice: false, zero: false },
  });
  const encoding = {
    x: pixels("axis", Math.max(1, width)),
    y: pixels("place", HEIGHT),
    detail: { field: "order", type: "nominal" },
  };
  const lines = {
    data: { values },
    mark: { type: "line", strokeWidth: 1.5, opacity: 0.85 },
    encoding: { ...encoding, color: RANK_COLOR },
  };
  const best = {
    data: { values: values.filter(({ order }) => order === drawn.length - 1) },
    mark: { type: "line", strokeWidth: 3, color: colorOf(1) },
    encoding,
  };
  const left = Math.max(...axes[0].labels.map((label) => textWidth(label.text, 11)), 30) + 16;
  return createSpec(
    `Parameters and values of ${trials.length} trials as parallel coordinates`,
    { top: title === undefined ? 34 : 62, right: 46, bottom: 16, left },
    {
      title: titleAbove(title),
      width: Math.max(1, width),
      height: HEIGHT,
      layer: [...axes.map(lineOf), lines, best, ...axes.flatMap(textsOf)],
    },
  );
}

const lineOf = (_: Axis, i: number): JsonValue =>
  fixedMark({ type: "rule", color: FAINT }, { x: i * GAP, y: 0, y2: HEIGHT });

/** The name of an axis, and its labels: above the lines, each with a white edge. */
function textsOf({ name, labels }: Axis, i: number): JsonValue[] {
  const x = i * GAP;
  const edge = { stroke: "white", strokeWidth: 3, strokeJoin: "round" };
  return [
    fixedText(ellipsize(name, 12, LABEL_WIDTH), x, -18, { align: "center" }),
    ...[edge, {}].flatMap((style) =>
      labels.map(({ at, text }) =>
        fixedText(text, x - 6, HEIGHT * (1 - at), { align: "right", fontSize: 11, ...style }),
      ),
    ),
  ];
}

/** The axis of these values: of numbers from the smallest to the largest, otherwise one step for each. */
function axisOf(name: string, values: readonly unknown[]): Axis {
  const numbers = values.filter((value) => typeof value === "number" && Number.isFinite(value));
  return numbers.length === values.length
    ? numberAxis(name, numbers as number[])
    : wordAxis(name, values);
}

function numberAxis(name: string, values: readonly number[]): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const scale = low > 0 && high / low >= 100 ? Math.log : (value: number): number => value;
  const span = scale(high) - scale(low);
  // A single value stands in the middle.
  const place = (value: unknown): number =>
    span > 0 ? (scale(value as number) - scale(low)) / span : 0.5;
  return {
    name,
    place,
    labels: [...new Set([low, high])].map((value) => labelAt(place(value), value)),
  };
}

function wordAxis(name: string, values: readonly unknown[]): Axis {
  const words = [...new Set(values.map(wordOf))].sort();
  const place = (value: unknown): number =>
    words.length === 1 ? 0.5 : words.indexOf(wordOf(value)) / (words.length - 1);
  const labels = words.map((word, i) => ({
    at: words.length === 1 ? 0.5 : i / (words.length - 1),
    text: ellipsize(word, 11, LABEL_WIDTH),
  }));
  return { name, place, labels: labels.length > MOST_LABELS ? [] : labels };
}

const labelAt = (at: number, value: number): { at: number; text: string } => ({
  at,
  text: Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : shortest(value),
});

/** Three digits, as a power where that is shorter. */
function shortest(value: number): string {
  const [plain, power] = [String(Number(value.toPrecision(3))), value.toExponential(2)];
  return plain.length <= 7 ? plain : power;
}

const wordOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
