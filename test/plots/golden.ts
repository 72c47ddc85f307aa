import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/**
 * Compares a picture with `test/fixtures/plots/<name>.svg`. One that differs is left beside it as
 * `<name>-changed.svg`; to accept it, look at it and rename it.
 */
export function expectGolden(name: string, svg: string): void {
  const at = (file: string): string =>
    fileURLToPath(new URL(`../fixtures/plots/${file}`, import.meta.url));
  const golden = at(`${name}.svg`);
  const changed = at(`${name}-changed.svg`);
  const rounded = `${roundNumbers(svg)}\n`;
  if (existsSync(golden) && readFileSync(golden, "utf8") === rounded) {
    rmSync(changed, { force: true });
    return;
  }
  writeFileSync(changed, rounded);
  const reason = existsSync(golden) ? "differs from its golden" : "has no golden yet";
  expect.fail(`The picture ${name} ${reason}; look at ${changed} and rename it if it is right.`);
}

/** Two decimals are a hundredth of a pixel: what differs below that, nobody sees. */
function roundNumbers(svg: string): string {
  const round = (number: string): string => String(Number(Number(number).toFixed(2)));
  return svg.replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/-?\d+\.\d+/g, round));
}
