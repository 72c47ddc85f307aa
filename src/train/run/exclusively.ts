import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isAlive } from "../../model/check-model.ts";
import { checkNotInTraining, inTraining } from "../../model/in-training.ts";

/** Trains a model that nobody else trains, and says so if it is disposed meanwhile. */
export async function exclusively<T>(
  subject: string,
  model: LayersModel,
  train: () => Promise<T>,
): Promise<T> {
  checkNotInTraining(subject, model);
  inTraining.add(model);
  try {
    return await train();
  } catch (cause) {
    if (isAlive(model)) throw cause;
    const { changedMeanwhile } = await import("./failures.ts");
    throw changedMeanwhile(subject, "the model to live", "one that was disposed", cause);
  } finally {
    inTraining.delete(model);
  }
}
