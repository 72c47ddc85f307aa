import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { TrainingContext } from "../../../src/train/callback.ts";

/** A training context whose changes a test can read. */
export interface FakeContext extends TrainingContext {
  isStopped: boolean;
}

export function fakeContext(parts: Partial<TrainingContext> = {}): FakeContext {
  return {
    model: {} as LayersModel,
    phase: 0,
    epochs: 10,
    steps: 100,
    verbose: 1,
    learningRate: 0.001,
    isStopped: false,
    stopTraining() {
      this.isStopped = true;
    },
    ...parts,
  };
}
