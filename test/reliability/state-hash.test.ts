import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerSimdBackend } from "cifar-kit/simd";
import goldens from "../fixtures/reliability/state-hashes.json" with { type: "json" };
import { useBackend } from "../helpers/backends.ts";
import { fullSizeHash } from "./full-size-run.ts";
import { hashOf } from "./small-run.ts";

describe.each([1, 2])("the simd backend without relaxed SIMD, with %i threads", (threads) => {
  beforeAll(async () => {
    await registerSimdBackend({ threads, relaxedSimd: "off" });
    await tf.setBackend("simd");
  });
  afterAll(() => {
    tf.removeBackend("simd");
  });

  it("ends the small run with the golden state, twice", async () => {
    expect((await hashOf()).hash).toBe(goldens.smallRun);
    expect((await hashOf()).hash).toBe(goldens.smallRun);
  });

  it("ends steps at full size with the golden state", async () => {
    expect(await fullSizeHash()).toBe(goldens.fullSize);
  });
});

describe("the wasm backend", () => {
  beforeAll(() => useBackend("wasm"));

  it("ends the small run with the same state twice", async () => {
    expect(await hashOf()).toEqual(await hashOf());
  });
});
