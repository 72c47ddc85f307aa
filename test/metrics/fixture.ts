import { readFileSync } from "node:fs";

/** Reads a fixture of this area; the string "nan" stands for NaN, which JSON cannot hold. */
export function readFixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/metrics/${name}`, import.meta.url), "utf8");
  return JSON.parse(text, (_, value: unknown) => (value === "nan" ? NaN : value));
}
