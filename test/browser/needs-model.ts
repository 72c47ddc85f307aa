import type { Callback } from "cifar-kit";

/** A callback that asks for the model. */
export const needsModel = (): Callback => ({
  onTrainBegin: (_logs, { model }) => {
    if (!model.built) throw new Error("no model");
  },
});
