/** The state of an epoch as one line of text, in the words of Keras 2 and of Keras 3. */
import { formatEpochMetrics, formatMetrics, type NamedValue } from "./format-metric.ts";
import { formatSeconds, formatTimeLeft, formatTimePer } from "./format-time.ts";

/** Whose text the progress line follows. */
export type ProgressStyle = "keras2" | "keras3";

/** What a line says. */
export interface Progress {
  /** Steps done. */
  readonly steps: number;
  /** Steps in the epoch, if known. */
  readonly target: number | undefined;
  /** Seconds since the epoch began. */
  readonly elapsed: number;
  readonly secondsPerStep: number;
  /** The epoch is over: the line tells the time it took, not the time left. */
  readonly isFinal: boolean;
  readonly values: readonly NamedValue[];
}

/** A piece of text and its place on the terminal's palette. */
interface Span {
  readonly text: string;
  /** ANSI "select graphic rendition" code: 1 bold, 32 green, 37 white. */
  readonly code?: number;
}

/** The parts of a line, each with what divides it from the one before. */
interface Line {
  readonly count: Span;
  /** A bar of this width, at most `width` of the style; none where the steps are not counted. */
  readonly bar: (width: number) => readonly Span[];
  readonly time: readonly Span[];
  readonly metrics: Span;
}

/** Widths of the bars of Keras 2 and 3; one of less than the least tells nothing. */
const WIDTH = { keras2: 30, keras3: 20 };
const LEAST_WIDTH = 5;

/**
 * The line that grows during an epoch and stays after it. Where it is too long for the columns, first
 * the bar shrinks, then it goes, then the time and the count; what is still too long is cut. The line
 * that stays keeps all that it says: its values go onto a line of their own.
 * @param color whether to write the terminal codes for bold and for colours, which Keras 3 uses.
 * @param columns of visible characters there are at most.
 */
export function progressLine(
  progress: Progress,
  { style = "keras2", color = false, columns = Infinity }: ProgressLineOptions = {},
): string {
  const line = style === "keras2" ? keras2(progress) : keras3(progress);
  const { count, bar, time, metrics } = line;
  const full = WIDTH[style];
  const isTooLong = lengthOf([count, ...bar(full), ...time, metrics]) > columns;
  if (!isTooLong || !progress.isFinal) return render(fit(line, full, columns), color, columns);
  const head = fit({ ...line, metrics: { text: "" } }, full, columns);
  return `${render(head, color, columns)}\n  ${undivided(metrics).text}`;
}

/** As much of a line as the columns have room for. */
function fit({ count, bar, time, metrics }: Line, full: number, columns: number): readonly Span[] {
  const excess = lengthOf([count, ...bar(full), ...time, metrics]) - columns;
  const width = Math.min(full, full - excess);
  const shorter = [
    ...(width >= LEAST_WIDTH ? [[count, ...bar(width), ...time, metrics]] : []),
    [count, ...time, metrics],
    [count, metrics],
  ];
  return shorter.find((spans) => lengthOf(spans) <= columns) ?? [undivided(metrics)];
}

/** Metrics without the dash that divides them from what stands before. */
const undivided = ({ text }: Span): Span => ({ text: text.replace(/^ - /, "") });

const lengthOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { text }) => sum + text.length, 0);

/** Options of {@link progressLine}. */
interface ProgressLineOptions {
  readonly style?: ProgressStyle;
  readonly color?: boolean;
  readonly columns?: number;
}

/** The single line that stands for a whole epoch at verbose 2. */
export function epochLine(progress: Progress, style: ProgressStyle = "keras2"): string {
  const { elapsed, secondsPerStep, values } = progress;
  const head = `${formatCount(progress)} - ${formatSeconds(elapsed)}`;
  const perStep = formatTimePer("step", secondsPerStep);
  const metrics = formatEpochMetrics(values);
  return style === "keras2"
    ? `${head}${metrics} - ${formatTimePer("epoch", elapsed)} - ${perStep}`
    : `${head} - ${perStep}${metrics}`;
}

/** `1563/1563 [==============================] - 351s 221ms/step - loss: 1.2825` */
function keras2(progress: Progress): Line {
  const { steps, target, elapsed, secondsPerStep, isFinal, values } = progress;
  const isTimeKnown = target !== undefined && !isFinal;
  const time = isTimeKnown
    ? `ETA: ${formatTimeLeft(secondsPerStep * (target - steps))}`
    : `${formatSeconds(elapsed)} ${formatTimePer("step", secondsPerStep)}`;
  return {
    count: { text: formatCount(progress) },
    bar: (width) =>
      target === undefined ? [] : [{ text: ` [${keras2Bar(steps / target, width)}]` }],
    time: [{ text: ` - ${time}` }],
    metrics: { text: formatMetrics(values) },
  };
}

function keras2Bar(share: number, width: number): string {
  const done = Math.floor(width * share);
  if (done === 0) return ".".repeat(width);
  return "=".repeat(done - 1) + (share < 1 ? ">" : "=") + ".".repeat(width - done);
}

/** `1563/1563 ━━━━━━━━━━━━━━━━━━━━ 12s 7ms/step - accuracy: 0.4512 - loss: 1.5123` */
function keras3(progress: Progress): Line {
  const { steps, target, elapsed, secondsPerStep, isFinal, values } = progress;
  const time =
    target !== undefined && !isFinal
      ? formatTimeLeft(secondsPerStep * (target - steps))
      : formatSeconds(elapsed);
  return {
    count: { text: formatCount(progress), ...(target !== undefined && { code: 1 }) },
    bar: (width) => (target === undefined ? [] : keras3Bar(steps / target, width)),
    time: [
      { text: " " },
      { text: time, code: 1 },
      { text: ` ${formatTimePer("step", secondsPerStep)}` },
    ],
    metrics: { text: formatMetrics(values) },
  };
}

function keras3Bar(share: number, width: number): Span[] {
  const done = Math.floor(width * share);
  return [
    { text: " " },
    ...(done > 0 ? [{ text: "━".repeat(done), code: 32 }] : []),
    { text: "━".repeat(width - done), code: 37 },
  ];
}

/** `  51/1563`, the steps aligned to the digits of the target. */
function formatCount({ steps, target }: Progress): string {
  if (target === undefined) return `${String(steps).padStart(7)}/Unknown`;
  return `${String(steps).padStart(String(target).length)}/${target}`;
}

function render(spans: readonly Span[], color: boolean, columns: number): string {
  let room = columns;
  let line = "";
  for (const { text, code } of spans) {
    const visible = text.slice(0, room);
    room -= visible.length;
    line += color && code !== undefined ? `\x1b[${code}m${visible}\x1b[0m` : visible;
  }
  return line;
}
