import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { interruptAfter, newCheckpoint } from "./interrupt.ts";
import { hashOf, STEPS } from "./small-run.ts";

let uninterrupted: { hash: string; steps: number };
beforeAll(async () => {
  await useBackend("wasm");
  uninterrupted = await hashOf();
});

describe("a run that is interrupted after every single step and goes on each time", () => {
  it("ends with the bits of the one that was not, and leaves no tensor", async () => {
    expect(uninterrupted.steps).toBe(STEPS);
    expect(STEPS).toBeGreaterThan(100);
    const before = tf.memory().numTensors;
    const checkpoint = newCheckpoint();
    for (let stop = 0; stop < STEPS; stop++) {
      expect(await interruptAfter(Math.min(stop, 1), { checkpoint })).toBe(stop);
    }
    const resumed = await hashOf({ checkpoint, resume: "must" });
    expect(resumed).toEqual(uninterrupted);
    expect(tf.memory().numTensors).toBe(before);
  });
});
