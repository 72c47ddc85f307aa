import { shared } from "../brand.ts";
import { printableLines } from "../text/printable.ts";

const said = /* @__PURE__ */ shared("warnings", () => new WeakMap<object, Set<string>>());

/**
 * Says on the console what may be meant but looks like a mistake: once about each object, such as a
 * model or a set, however often it comes up.
 */
export function warnOnce(about: object, text: string): void {
  const texts = said.get(about) ?? new Set();
  if (texts.has(text)) return;
  said.set(about, texts.add(text));
  warn(text);
}

/** Says on the console what a user should know; names in it cannot reach a terminal's controls. */
export function warn(text: string): void {
  console.warn(printableLines(text));
}
