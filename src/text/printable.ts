/**
 * Text from outside (names of files and classes, messages of other programs) as a terminal may show
 * it: what would move the cursor, change colours or turn the order of letters round stands there as
 * an escape, `\u001b` for ESC. Everything else, accents and emoji included, stays as it is.
 */
export function printable(text: string): string {
  return text.replace(INVISIBLE, escape);
}

/** The same for text of several lines, whose ends stay. */
export function printableLines(text: string): string {
  return text.replace(INVISIBLE, (mark) => (mark === "\n" ? mark : escape(mark)));
}

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, marks that order text (bidi), and
 * halves of surrogate pairs.
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const escape = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
