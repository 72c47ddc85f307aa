import type { Callback } from "cifar-kit";

/** A callback that asks for the model. */
export const needsModel = (): Callback => ({
  setContext: ({ model }) => {
    if (!model.built) throw new Error("no model");
  },
  onTrainBegin: () => undefined,
});
