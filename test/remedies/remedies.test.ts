/**
 * Every piece of advice in an error of the library has a trial in the table of its area, or a reason why
 * it cannot be tried; remedies.slow.test.ts follows it.
 */
import { describe, expect, it } from "vitest";
import { collectRemedies } from "./collect.ts";
import { TABLES } from "./tables.ts";

const remedies = collectRemedies();

describe("the tables of trials", () => {
  it("know every area whose errors give advice", () => {
    expect(Object.keys(TABLES).sort()).toEqual([...remedies.keys()].sort());
  });

  it.each(Object.keys(TABLES))("hold all advice that src/ gives, and no other: %s", (area) => {
    const { trials, inPage = {}, untried } = TABLES[area];
    const known = [trials, inPage, untried].flatMap(Object.keys);
    const given = [...remedies.get(area)!];
    expect(given.filter((remedy) => !known.includes(remedy)).sort()).toEqual([]);
    expect(known.filter((remedy) => !given.includes(remedy)).sort()).toEqual([]);
    for (const reason of Object.values(untried)) expect(reason.length).toBeGreaterThan(10);
  });
});
