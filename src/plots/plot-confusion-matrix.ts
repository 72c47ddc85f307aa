import {
  type EvaluationLike,
  isEvaluation,
  type ReadEvaluation,
  readEvaluation,
} from "../metrics/evaluation.ts";
import {
  checkMatrix,
  type MatrixNormalization,
  NORMALIZATIONS,
  normalizeMatrix,
} from "../metrics/matrix.ts";
import { namesOf } from "../metrics/readers.ts";
import { oneOf, readOptions, text } from "../options.ts";
import { BLUES, wantsDarkText } from "./blues.ts";
import { cellFormat, type CellFormat } from "./cell-format.ts";
import { meaningOf } from "./matrix-meaning.ts";
import {
  createSpec,
  fixedText,
  INK,
  type JsonValue,
  textExpression,
  titleAbove,
  type VegaLiteSpec,
} from "./spec.ts";
import { ellipsize, textWidth, widest } from "./text-width.ts";

/** Options of {@link plotConfusionMatrix}. */
export interface PlotConfusionMatrixOptions {
  /** One name per class; by default those of an evaluation, or the class indices. */
  readonly classNames?: readonly string[];
  /**
   * Divides every cell by the sum of its row (`"true"`), of its column (`"pred"`) or of the whole
   * matrix (`"all"`); a sum of 0 gives 0. By default the cells are shown as they are.
   */
  readonly normalize?: MatrixNormalization;
  /**
   * What stands in the cells: `"value"` (default), what gives them their colour, or `"count"`, what they were before
   * `normalize`. Of classes of very different sizes colours by share and counts tell more together.
   */
  readonly cellText?: "value" | "count";
  /** A line above the picture; none by default. */
  readonly title?: string;
}

/** One square of the heat map. */
interface Cell {
  readonly [key: string]: JsonValue;
  readonly x: number;
  readonly y: number;
  readonly value: number;
  readonly text: string;
  readonly dark: boolean;
}

const SUBJECT = "plotConfusionMatrix";
/** Above this, cells of 0 stay blank and lines part the cells: thousands of zeros hide the rest. */
const MANY_CLASSES = 20;
/** Width in pixels at which class names are cut. */
const MAX_LABEL = 150;
const BAR_OFFSET = 18;
const BAR_THICKNESS = 16;
const BAR_FONT_SIZE = 11;
const BAR_TITLES = {
  count: "Number of samples",
  share: "Share of samples",
  true: "Share of the true class",
  pred: "Share of the predicted class",
  all: "Share of all samples",
} as const;

/**
 * A confusion matrix as a heat map in matplotlib's Blues: the lightest is 0, the darkest the largest
 * cell. Counts are printed in full, other values with two decimals or, where all are small, more;
 * from 1e12 on and below 1e-5 as powers of ten; above 20 classes cells of 0 are left blank. The bar's
 * title says what the numbers are where they tell: counts, or shares of rows, columns or everything.
 * @param matrix `[k, k]`, rows are true classes, columns predicted ones; finite values of at least 0. Or
 *   what `evaluate` returned: then all of its classes are shown.
 * @throws {ArgumentError} if the matrix is empty, not square or holds another value, if the class names
 *   do not match it, or an option is unknown.
 */
export function plotConfusionMatrix(
  matrix: readonly ArrayLike<number>[] | EvaluationLike,
  options: PlotConfusionMatrixOptions = {},
): VegaLiteSpec {
  const evaluation = isEvaluation(matrix) ? readEvaluation(SUBJECT, matrix) : undefined;
  const counts = evaluation ? countsOf(evaluation) : (matrix as readonly ArrayLike<number>[]);
  checkMatrix(SUBJECT, counts);
  const n = counts.length;
  const { classNames, normalize, cellText, title } = readOptions(SUBJECT, options, {
    classNames: namesOf([...counts.keys()], evaluation?.classNames),
    normalize: oneOf(NORMALIZATIONS, { optional: true }),
    cellText: oneOf(["value", "count"], { default: "value" }),
    title: text({ optional: true }),
  });
  const values = normalizeMatrix(counts, normalize);
  const meaning = normalize ?? meaningOf(values);
  const max = values.reduce((largest, row) => Math.max(largest, ...row), 0) || 1;
  const isWhole = normalize === undefined && values.every((row) => row.every(Number.isInteger));
  const format = cellFormat(max, isWhole);
  const shown = cellText === "count" ? counts.map((row) => Array.from(row)) : values;
  const largest = shown.reduce((most, row) => Math.max(most, ...row), 0) || 1;
  const areWhole = shown.every((row) => row.every(Number.isInteger));
  const textFormat = cellText === "count" ? cellFormat(largest, areWhole) : format;
  const cells = createCells(values, max, (y, x) => textFormat.print(shown[y][x]));

  // Everything follows from the size of the texts, so that nothing overlaps at any number of classes.
  const fontSize = n <= 12 ? 12 : n <= MANY_CLASSES ? 11 : n <= 50 ? 9 : 8;
  const widestText = widest(
    cells.map(({ text }) => text),
    fontSize,
  );
  const cell = Math.ceil(Math.min(Math.max(440 / n, 14, widestText + 6), 160));
  const size = n * cell;
  const labelSize = n <= MANY_CLASSES ? 12 : n <= 50 ? 11 : 10;
  const labels = classNames.map((name) => ellipsize(name, labelSize, MAX_LABEL));
  const labelWidth = Math.ceil(widest(labels, labelSize));
  const angle = labelWidth <= cell - 6 ? 0 : n <= 12 ? -45 : -90;
  const labelHeight = Math.ceil(rotatedHeight(labelWidth, labelSize, angle));
  const barEnd =
    BAR_OFFSET + BAR_THICKNESS + 20 + Math.ceil(textWidth(format.print(max), BAR_FONT_SIZE));
  const barTitle: JsonValue[] =
    meaning === undefined
      ? []
      : [fixedText(BAR_TITLES[meaning], size + barEnd, size / 2, { angle: 90 })];

  const x = {
    ...classAxis("Predicted Labels", labels, labelSize, labelHeight + 6),
    labelAngle: angle,
    labelAlign: angle === 0 ? "center" : "right",
    labelBaseline: angle === -90 ? "middle" : "top",
  };
  const y = classAxis("True Labels", labels, labelSize, labelWidth + 6);
  return createSpec(
    `Confusion matrix of ${n} classes, true classes as rows`,
    {
      top: title === undefined ? 14 : 42,
      right: barEnd + (meaning === undefined ? 0 : 18),
      bottom: labelHeight + 44,
      left: labelWidth + 44,
    },
    {
      title: titleAbove(title),
      width: size,
      height: size,
      layer: [
        {
          data: { values: cells },
          encoding: {
            x: { field: "x", type: "ordinal", scale: { padding: 0 }, axis: x },
            y: { field: "y", type: "ordinal", scale: { padding: 0 }, axis: y },
          },
          layer: [heatMap(n, max, size, format), cellTexts(fontSize)],
        },
        ...barTitle,
      ],
    },
  );
}

/** How often each class of an evaluation was predicted as each. */
function countsOf({ yTrue, yPred, classes: length }: ReadEvaluation): Float64Array[] {
  const counts = Array.from({ length }, () => new Float64Array(length));
  for (let i = 0; i < yTrue.length; i++) counts[yTrue[i]][yPred[i]]++;
  return counts;
}

/** @param print what stands in the cell of a row and a column. */
function createCells(
  values: readonly number[][],
  max: number,
  print: (y: number, x: number) => string,
): Cell[] {
  const hidesZeros = values.length > MANY_CLASSES;
  return values.flatMap((row, y) =>
    row.map((value, x) => {
      const text = value === 0 && hidesZeros ? "" : print(y, x);
      return { x, y, value, text, dark: wantsDarkText(value / max) };
    }),
  );
}

/** The squares, and the bar that explains their colours. */
function heatMap(n: number, max: number, size: number, { bar, step }: CellFormat): JsonValue {
  const lines = n > MANY_CLASSES ? { stroke: "#dfe8f2", strokeWidth: 0.5 } : {};
  const last = BLUES.length - 1;
  return {
    mark: { type: "rect", ...lines },
    encoding: {
      color: {
        field: "value",
        type: "quantitative",
        scale: {
          type: "linear",
          domain: BLUES.map((_, i) => (max * i) / last),
          range: BLUES,
          interpolate: "rgb",
        },
        legend: {
          title: null,
          offset: BAR_OFFSET,
          gradientLength: size,
          gradientThickness: BAR_THICKNESS,
          gradientStrokeColor: null,
          labelColor: INK,
          labelFontSize: BAR_FONT_SIZE,
          tickCount: 6,
          tickMinStep: step,
          format: bar,
        },
      },
    },
  };
}

function cellTexts(fontSize: number): JsonValue {
  return {
    mark: { type: "text", fontSize },
    encoding: {
      text: { field: "text" },
      color: { condition: { test: "datum.dark", value: INK }, value: "white" },
    },
  };
}

/** An axis of class names that takes up exactly `extent` pixels before its title. */
function classAxis(
  title: string,
  labels: readonly string[],
  labelFontSize: number,
  extent: number,
): Record<string, JsonValue> {
  return {
    title,
    labelExpr: `[${labels.map(textExpression).join(",")}][datum.value]`,
    labelFontSize,
    labelOverlap: false,
    labelPadding: 6,
    titlePadding: 10,
    domain: false,
    ticks: false,
    minExtent: extent,
    maxExtent: extent,
  };
}

/** Height of a line of text turned by `angle` degrees. */
function rotatedHeight(width: number, fontSize: number, angle: number): number {
  const radians = (Math.abs(angle) * Math.PI) / 180;
  return width * Math.sin(radians) + fontSize * Math.cos(radians);
}
