import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { goOnAgainAndAgain, interruptAfter, interruptAt, newCheckpoint } from "./interrupt.ts";
import { hashOf, STEPS } from "./small-run.ts";

let uninterrupted: Awaited<ReturnType<typeof hashOf>>;
beforeAll(async () => {
  await useBackend("wasm");
  uninterrupted = await hashOf();
});

describe("a run that is interrupted once, after any of its steps", () => {
  it("ends with the bits of the one that was not", { timeout: 1_200_000 }, async () => {
    const { hash, steps } = uninterrupted;
    expect(steps).toBe(STEPS);
    const differing: number[] = [];
    for (let stop = 0; stop <= STEPS; stop++) {
      const checkpoint = newCheckpoint();
      await interruptAfter(stop, { checkpoint });
      const resumed = await hashOf({ checkpoint, resume: "must" });
      if (resumed.hash !== hash) differing.push(stop);
    }
    expect(differing).toEqual([]);
  });
});

describe("a run that is interrupted after every single step and goes on each time", () => {
  it("ends with the bits of the one that was not", async () => {
    expect(await goOnAgainAndAgain(1)).toEqual(uninterrupted);
  });
});

describe("a run that is interrupted elsewhere", () => {
  it.each([
    ["onTrainBegin", 1],
    ["onPhaseBegin", 2],
    ["onEpochBegin", 6],
    ["onTestBegin", 3],
    ["onTestEnd", 5],
    ["onEpochEnd", 4],
    ["onPhaseEnd", 1],
  ] as const)("in %s number %i ends with the same bits", async (hook, time) => {
    const checkpoint = newCheckpoint();
    await interruptAt(hook, time, { checkpoint });
    expect(await hashOf({ checkpoint, resume: "must" })).toEqual(uninterrupted);
  });
});
