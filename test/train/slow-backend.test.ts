/** A program that has built its model before it registers a fast backend, and goes on without it. */
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it, vi } from "vitest";
import { evaluate, predict, trainPhase } from "cifar-kit";
import { registerSimdBackend } from "cifar-kit/simd";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

it("is told once that the backend it registered is not in use", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue(undefined);
  const [model, train] = [tinyModel(), tinyImages(9)];
  const options = { train, epochs: 1, verbose: 0 } as const;
  await trainPhase(model, options);
  // tfjs itself has a word for everyone who runs its cpu backend in Node.
  warn.mockClear();
  await registerSimdBackend({ threads: 1 });
  expect(tf.getBackend()).toBe("cpu");
  await trainPhase(model, options);
  await evaluate(model, train);
  expect(warn.mock.calls).toEqual([
    [
      'trainPhase: the backend "cpu" is active, and "simd", which is many times faster, is ' +
        'registered but not in use. Call `await tf.setBackend("simd")` before.',
    ],
  ]);
  // The advice, followed in the middle of the program.
  await tf.setBackend("simd");
  await trainPhase(model, options);
  await predict(model, train);
  expect(tf.getBackend()).toBe("simd");
  model.dispose();
});
