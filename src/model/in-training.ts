import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../checks.ts";
import { shared } from "../brand.ts";

/** The models that are being trained. */
export const inTraining = /* @__PURE__ */ shared("busy", () => new WeakSet<LayersModel>());

/** Throws if somebody trains the model, whose layers and weights have to stay what they are. */
export function checkNotInTraining(subject: string, model: LayersModel): void {
  check(
    !inTraining.has(model),
    subject,
    "a model that is not being trained",
    "one whose training has not ended",
    "wait for the first call, or build another model",
  );
}
