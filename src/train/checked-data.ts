import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { TrainingData } from "./training-data.ts";

/** A pipeline's data with every batch checked. What checks them is loaded with the first pipeline. */
export function checkedData(
  subject: string,
  model: LayersModel,
  data: TrainingData,
  purpose: "training" | "evaluation",
): TrainingData {
  return {
    ...data,
    async *epoch(index, from) {
      const { checkedBatches } = await import("./checked-batches.ts");
      yield* checkedBatches(subject, model, data.epoch(index, from), purpose);
    },
  };
}
