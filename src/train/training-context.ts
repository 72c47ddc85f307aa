import type { LayersModel } from "@tensorflow/tfjs-layers";
import { modelInternals } from "../model/internals.ts";
import type { TrainingContext } from "./callback.ts";
import { learningRateOf, setLearningRate } from "./learning-rate.ts";
import type { RunPhase } from "./training-run.ts";

/** What the callbacks of a phase may know and do. */
export function trainingContext(
  subject: string,
  model: LayersModel,
  phase: number,
  { epochs, data }: RunPhase,
  verbose: 0 | 1 | 2,
  stopTraining: () => void,
): TrainingContext {
  const optimizer = modelInternals(model).optimizer!;
  return {
    model,
    phase,
    epochs,
    steps: data.steps,
    verbose,
    get learningRate() {
      return learningRateOf(optimizer);
    },
    set learningRate(value) {
      setLearningRate(subject, optimizer, value);
    },
    stopTraining,
  };
}
