import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../../checks.ts";
import { isAlive } from "../../model/check-model.ts";
import { shared } from "../../runtime/brand.ts";

/** The models that are being trained. */
const busy = /* @__PURE__ */ shared("busy", () => new WeakSet<LayersModel>());

/** Trains a model that nobody else trains, and says so if it is disposed meanwhile. */
export async function exclusively<T>(
  subject: string,
  model: LayersModel,
  train: () => Promise<T>,
): Promise<T> {
  check(
    !busy.has(model),
    subject,
    "a model that is not being trained",
    "one whose training has not ended",
    "wait for the first call, or build another model",
  );
  busy.add(model);
  try {
    return await train();
  } catch (cause) {
    if (isAlive(model)) throw cause;
    const { changedMeanwhile } = await import("./failures.ts");
    throw changedMeanwhile(subject, "the model to live", "one that was disposed", cause);
  } finally {
    busy.delete(model);
  }
}
