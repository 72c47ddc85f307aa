import type { LayersModel } from "@tensorflow/tfjs-layers";
import { type ImageSet, trainPhase } from "cifar-kit";
import type { MemoryStore } from "./memory-store.ts";

/** Two epochs in batches of 8, saved at each step if there is a store; in step `crashIn` a callback throws. */
export function savedRun(
  model: LayersModel,
  train: ImageSet,
  store?: MemoryStore,
  crashIn = Infinity,
): Promise<unknown> {
  let left = crashIn;
  const onBatchEnd = (): void => {
    if (--left === 0) throw new Error("crash");
  };
  return trainPhase(model, {
    ...{ train, epochs: 2, batchSize: 8, verbose: 0, callbacks: [{ onBatchEnd }] },
    ...(store && { checkpoint: { store, everySteps: 1 } }),
  });
}
