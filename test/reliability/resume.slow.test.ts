import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { interruptAfter } from "./interrupt.ts";
import { hashOf, STEPS } from "./small-run.ts";

beforeAll(() => useBackend("wasm"));

describe("a run that is interrupted once, after any of its steps", () => {
  it("ends with the bits of the one that was not", { timeout: 1_200_000 }, async () => {
    const { hash, steps } = await hashOf();
    expect(steps).toBe(STEPS);
    const differing: number[] = [];
    for (let stop = 0; stop <= STEPS; stop++) {
      const checkpoint = { store: new MemoryStore(), everySteps: 0, everyEpochs: 0 };
      await interruptAfter(stop, { checkpoint });
      const resumed = await hashOf({ checkpoint, resume: "must" });
      if (resumed.hash !== hash) differing.push(stop);
    }
    expect(differing).toEqual([]);
  });
});
