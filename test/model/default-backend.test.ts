/** A program that imports a backend and chooses none, as is usual with tfjs. */
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { BackendError, buildCifarModel } from "cifar-kit";

it("takes the registered backend when none is chosen, and says so when there is none", async () => {
  const small = { filters: [2, 2, 2], denseUnits: 2 } as const;
  expect(() => buildCifarModel(small)).toThrow(BackendError);
  expect(() => buildCifarModel(small)).toThrow(
    /expected an active TensorFlow\.js backend, got none; choose one first/,
  );
  await import("@tensorflow/tfjs-backend-cpu");
  const model = buildCifarModel(small);
  expect(tf.getBackend()).toBe("cpu");
  model.dispose();
});
