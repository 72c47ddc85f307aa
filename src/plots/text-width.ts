import { FONT_WIDTHS } from "./font-widths.generated.ts";

const UNITS_PER_EM = 2048;

/** Width of one line of text in DejaVu Sans, in pixels; other letters count as wide ones. */
export function textWidth(text: string, fontSize: number): number {
  let units = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const block = FONT_WIDTHS.find(
      ({ first, widths }) => code >= first && code < first + widths.length,
    );
    units += block ? block.widths[code - block.first] : UNITS_PER_EM;
  }
  return (units / UNITS_PER_EM) * fontSize;
}

/** Width of the widest of some lines, in pixels; 0 if there are none. */
export function widest(lines: readonly string[], fontSize: number): number {
  return lines.reduce((width, line) => Math.max(width, textWidth(line, fontSize)), 0);
}

/** The text, cut and ended by an ellipsis if it is wider than `maxWidth` pixels. */
export function ellipsize(text: string, fontSize: number, maxWidth: number): string {
  if (textWidth(text, fontSize) <= maxWidth) return text;
  const characters = Array.from(text);
  const cutAfter = (count: number): string => `${characters.slice(0, count).join("").trimEnd()}…`;
  // Every letter adds to the width: the place of the cut is found by halving.
  let [fits, wide] = [0, characters.length];
  while (wide - fits > 1) {
    const middle = (fits + wide) >> 1;
    if (textWidth(cutAfter(middle), fontSize) <= maxWidth) fits = middle;
    else wide = middle;
  }
  return cutAfter(fits);
}
