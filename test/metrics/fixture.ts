import { readFileSync } from "node:fs";

const NUMBERS: ReadonlyMap<unknown, number> = new Map([
  ["nan", NaN],
  ["inf", Infinity],
]);

/** Reads a fixture of this area; the strings "nan" and "inf" stand for what JSON cannot hold. */
export function readFixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/metrics/${name}`, import.meta.url), "utf8");
  return JSON.parse(text, (_, value: unknown) => NUMBERS.get(value) ?? value);
}
