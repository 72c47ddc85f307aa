/** Anything that JSON can say; `undefined` members are left out, as `JSON.stringify` does. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * A Vega-Lite 6 specification: a plain JSON object that any Vega-Lite renderer draws, in a page, a
 * notebook or through {@link toSvg}.
 */
export type VegaLiteSpec = {
  /** Address of the Vega-Lite schema that the object follows. */
  readonly $schema: string;
  /** What the picture shows, in one sentence; read aloud by screen readers. */
  readonly description: string;
  readonly [key: string]: JsonValue | undefined;
};

/** Space around the drawing area in pixels: what the labels and titles need. */
type Padding = {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
};

/**
 * The font of all pictures. Verdana has nearly the widths of DejaVu Sans, so that the layout also
 * holds where a browser shows an SVG without DejaVu.
 */
const FONT = "DejaVu Sans, Verdana, Arial, sans-serif";

/** Colours of text, lines and frames: dark enough to read on white, softer than black. */
export const INK = "#262626";
export const FAINT = "#767676";
/** Lines behind the marks. */
export const GRID = "#e6e6e6";

const CONFIG = {
  font: FONT,
  background: "white",
  // The marks would each be announced on their own; the description says it once.
  aria: false,
  view: { stroke: null },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelColor: INK,
    titleColor: INK,
    domainColor: FAINT,
    tickColor: FAINT,
    gridColor: GRID,
    labelLimit: 0,
    titleLimit: 0,
  },
  title: { fontSize: 14, fontWeight: "normal", color: INK, limit: 0 },
  text: { color: INK, limit: 0 },
} as const;

/**
 * Completes a specification with what all pictures share. The size of the picture is exactly the
 * view's plus `padding`: Vega's own layout guesses text widths where it has no canvas, and so would
 * differ between Node and a browser.
 */
export function createSpec(
  description: string,
  padding: Padding,
  view: Readonly<Record<string, JsonValue | undefined>>,
): VegaLiteSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description,
    autosize: "none",
    padding,
    config: CONFIG,
    ...view,
  };
}

/**
 * Text as an expression of Vega. Vega takes a word that every object of JavaScript has, such as
 * "constructor", for a name of its own and fails; in two pieces it does not.
 */
export function textExpression(text: string): string {
  // JSON leaves the two line ends as they are that end a line of an expression, too.
  const quote = (part: string): string =>
    JSON.stringify(part).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return text in {} ? `(${quote(text.slice(0, 1))}+${quote(text.slice(1))})` : quote(text);
}

/** Text that no data hold, for a mark or a title. */
export function fixedWords(text: string): JsonValue {
  return text in {} ? { expr: textExpression(text) } : text;
}

/**
 * A title above the view, flush with its left edge (not with the guessed width of what sticks out);
 * `undefined` if there is no text.
 */
export function titleAbove(text: string | undefined): JsonValue | undefined {
  return text === undefined
    ? undefined
    : { text: fixedWords(text), anchor: "start", frame: "group", offset: 12 };
}

/** One mark at pixels of its view: x, y, and what else the mark takes. */
export function fixedMark(mark: JsonValue, place: Readonly<Record<string, number>>): JsonValue {
  const encoding = Object.fromEntries(
    Object.entries(place).map(([channel, value]) => [channel, { value }]),
  );
  return { data: { values: [{}] }, mark, encoding };
}

/** A line of text whose middle is at pixels of its view, unless `style` aligns it otherwise. */
export function fixedText(
  text: string,
  x: number,
  y: number,
  style: Readonly<Record<string, JsonValue>>,
): JsonValue {
  const mark = { type: "text", text: fixedWords(text), fontSize: 12, baseline: "middle", ...style };
  return fixedMark(mark, { x, y });
}
