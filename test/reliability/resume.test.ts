import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { goOnAgainAndAgain } from "./interrupt.ts";
import { hashOf, STEPS } from "./small-run.ts";

let uninterrupted: { hash: string; steps: number };
beforeAll(async () => {
  await useBackend("wasm");
  uninterrupted = await hashOf();
});

describe("a run that is interrupted again and again and goes on each time", () => {
  it("ends with the bits of the one that was not, and leaves no tensor", async () => {
    expect(uninterrupted.steps).toBe(STEPS);
    expect(STEPS).toBeGreaterThan(100);
    const before = tf.memory().numTensors;
    // After every single step: in resume.slow.test.ts.
    expect(await goOnAgainAndAgain(5)).toEqual(uninterrupted);
    expect(tf.memory().numTensors).toBe(before);
  });
});
