import { INK } from "./spec.ts";

/** Matplotlib's colour map "Blues": nine colours of ColorBrewer, linear between them in RGB. */
export const BLUES: readonly string[] =
  /* @__PURE__ */ "#f7fbff #deebf7 #c6dbef #9ecae1 #6baed6 #4292c6 #2171b5 #08519c #08306b".split(
    " ",
  );

/** The colour at `fraction` of the map (0 lightest, 1 darkest) as red, green, blue in [0, 1]. */
export function bluesAt(fraction: number): [number, number, number] {
  const position = Math.min(Math.max(fraction, 0), 1) * (BLUES.length - 1);
  const i = Math.min(Math.floor(position), BLUES.length - 2);
  const low = parseColor(BLUES[i]);
  const high = parseColor(BLUES[i + 1]);
  const mixed = low.map((value, k) => value + (high[k] - value) * (position - i));
  return mixed as [number, number, number];
}

/** Whether text in the dark ink has more contrast than white text on the colour at `fraction`. */
export function wantsDarkText(fraction: number): boolean {
  const luminance = relativeLuminance(bluesAt(fraction));
  const ink = relativeLuminance(parseColor(INK));
  // The ratio of two luminances, 0.05 added to each for the light of the room, is their contrast.
  return (luminance + 0.05) / (ink + 0.05) >= 1.05 / (luminance + 0.05);
}

/** Relative luminance of an sRGB colour. @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function relativeLuminance(color: readonly [number, number, number]): number {
  const [r, g, b] = color.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parseColor(hex: string): [number, number, number] {
  const at = (start: number): number => Number.parseInt(hex.slice(start, start + 2), 16) / 255;
  return [at(1), at(3), at(5)];
}
