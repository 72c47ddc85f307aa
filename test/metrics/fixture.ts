import { readFileSync } from "node:fs";

const NUMBERS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity };

/** Reads a fixture of this area; the strings "nan" and "inf" stand for what JSON cannot hold. */
export function readFixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/metrics/${name}`, import.meta.url), "utf8");
  return JSON.parse(text, (_, value: unknown) => NUMBERS[value as string] ?? value);
}
