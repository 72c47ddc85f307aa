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

/**
 * The line that grows during an epoch and stays after it.
 * @param color whether to write the terminal codes for bold and for colours, which Keras 3 uses.
 * @param columns cut the line after so many visible characters.
 */
export function progressLine(
  progress: Progress,
  { style = "keras2", color = false, columns = Infinity }: ProgressLineOptions = {},
): string {
  const spans = style === "keras2" ? keras2Spans(progress) : keras3Spans(progress);
  return render(spans, color, columns);
}

/** Options of {@link progressLine}. */
export interface ProgressLineOptions {
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
function keras2Spans(progress: Progress): Span[] {
  const { steps, target, elapsed, secondsPerStep, isFinal, values } = progress;
  const isTimeKnown = target !== undefined && !isFinal;
  const time = isTimeKnown
    ? `ETA: ${formatTimeLeft(secondsPerStep * (target - steps))}`
    : `${formatSeconds(elapsed)} ${formatTimePer("step", secondsPerStep)}`;
  const bar = target === undefined ? "" : ` [${keras2Bar(steps / target, 30)}]`;
  return [{ text: `${formatCount(progress)}${bar} - ${time}${formatMetrics(values)}` }];
}

function keras2Bar(share: number, width: number): string {
  const done = Math.floor(width * share);
  if (done === 0) return ".".repeat(width);
  return "=".repeat(done - 1) + (share < 1 ? ">" : "=") + ".".repeat(width - done);
}

/** `1563/1563 ━━━━━━━━━━━━━━━━━━━━ 12s 7ms/step - accuracy: 0.4512 - loss: 1.5123` */
function keras3Spans(progress: Progress): Span[] {
  const { steps, target, elapsed, secondsPerStep, isFinal, values } = progress;
  const count = formatCount(progress);
  const time =
    target !== undefined && !isFinal
      ? formatTimeLeft(secondsPerStep * (target - steps))
      : formatSeconds(elapsed);
  const rest = [
    { text: " " },
    { text: time, code: 1 },
    { text: ` ${formatTimePer("step", secondsPerStep)}${formatMetrics(values)}` },
  ];
  if (target === undefined) return [{ text: count }, ...rest];
  const width = 20;
  const done = Math.floor(width * (steps / target));
  return [
    { text: count, code: 1 },
    { text: " " },
    ...(done > 0 ? [{ text: "━".repeat(done), code: 32 }] : []),
    { text: "━".repeat(width - done), code: 37 },
    ...rest,
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
